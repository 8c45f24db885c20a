"""The record by chat: whose phone it is, its photos; and the ledger's own way through the activities"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KINDS = ('customer_message', 'menu', 'probe', 'fetch_media')


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    with op.batch_alter_table('staff_phones') as batch:
        batch.add_column(sa.Column('sent_for', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('sent_at', models.db.UtcDateTime(timezone=True), nullable=True))
        batch.create_foreign_key('fk_staff_phones_sent_for', 'activities', ['sent_for'], ['id'], ondelete='SET NULL')
    op.create_table(
        'staff_phone_codes',
        sa.Column('login', sa.String(length=64), nullable=False),
        sa.Column('digits', sa.String(length=6), nullable=False),
        sa.Column('valid_until', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('login'),
        sa.UniqueConstraint('digits'),
    )
    op.create_index('ix_activity_records_sent', 'activity_records', ['sent_at'],
                    sqlite_where=sa.text("state = 'sent'"), postgresql_where=sa.text("state = 'sent'"))  # fmt: skip
    op.create_index('ix_activities_ledger', 'activities',
                    ['plan_month', 'branch_id', 'type', 'series', 'campaign', 'state', 'last_on'])
