"""Ways beyond the customer-service message: templates, consents, and WeChat's number of what it took"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KINDS = ('customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates')
_UNSPENT = sa.text('spent_at IS NULL')


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
        batch.add_column(sa.Column('receipt', sa.String(length=32), nullable=True))
        batch.create_index('ix_outbox_receipt', ['receipt'], unique=True)
    op.create_table(
        'account_templates',
        sa.Column('template_id', sa.String(length=64), nullable=False),
        sa.Column('way', sa.String(length=24), nullable=False),
        sa.Column('title', sa.String(length=64), nullable=False),
        sa.Column('fields', sa.JSON(), nullable=False),
        sa.Column('is_lasting', sa.Boolean(), nullable=False),
        sa.Column('purpose', sa.Enum('reminder', 'change', 'offer', 'result', name='noticepurpose', native_enum=False, create_constraint=True, length=24), nullable=True),
        sa.Column('is_there', sa.Boolean(), nullable=False),
        sa.Column('fault', sa.String(length=200), nullable=False),
        sa.Column('listed_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('template_id'),
        sa.UniqueConstraint('way', 'purpose'),
    )
    op.create_table(
        'consents',
        sa.Column('key', sa.String(length=96), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('template_id', sa.String(length=64), nullable=False),
        sa.Column('is_lasting', sa.Boolean(), nullable=False),
        sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('spent_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('spent_for', sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint('key'),
    )
    op.create_index('ix_consents_unspent', 'consents', ['openid', 'template_id'], sqlite_where=_UNSPENT, postgresql_where=_UNSPENT)
    op.create_index('ix_consents_spent_for', 'consents', ['spent_for'])
    op.create_table(
        'undelivered',
        sa.Column('receipt', sa.String(length=32), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('cause', sa.String(length=100), nullable=False),
        sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('receipt'),
    )
    op.create_index('ix_undelivered_told_at', 'undelivered', ['told_at'])
