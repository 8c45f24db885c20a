"""The parametric code at the door"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KINDS = ('customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code')


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table(
        'door_qr',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('digits', sa.String(length=8), nullable=False),
        sa.Column('url', sa.String(length=200), nullable=False),
        sa.Column('expires_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['sign_ups.activity_id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id'),
    )
