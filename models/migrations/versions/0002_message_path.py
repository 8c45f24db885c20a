"""Indexes of the few rows that are looked for by state: failed pushes, and messages that wait for their reader"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

FAILED = sa.text("state = 'failed'")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.drop_index('ix_inbox_state', table_name='inbox')
    op.create_index('ix_inbox_failed', 'inbox', ['received_at'], sqlite_where=FAILED, postgresql_where=FAILED)
    op.create_index('ix_outbox_waiting', 'outbox', ['openid'], sqlite_where=WAITING, postgresql_where=WAITING)
