"""Indexes of the few rows that are looked for by state; a credit is charged per sending, not per message"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _some('ix_inbox_failed', 'inbox', ['received_at'], "state = 'failed'", instead_of='ix_inbox_state')
    _some('ix_inbox_full', 'inbox', ['received_at'], 'content IS NOT NULL', instead_of='ix_inbox_received_at')
    _some('ix_inbox_empty', 'inbox', ['received_at'], 'content IS NULL')
    _some('ix_outbox_claimable', 'outbox', ['kind', 'due_at'], "state IN ('owed', 'calling')",
          instead_of='ix_outbox_claimable')
    _some('ix_outbox_waiting', 'outbox', ['openid'], "state = 'waiting'")
    _charge_per_sending()


def _some(name: str, table: str, columns: list[str], where: str, *, instead_of: str = '') -> None:
    if instead_of:
        op.drop_index(instead_of, table_name=table)
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _charge_per_sending() -> None:
    op.drop_index('ix_spent_credits_window', table_name='spent_credits')
    op.rename_table('spent_credits', 'spent_credits_before')
    op.create_table(
        'spent_credits',
        sa.Column('outbox_id', sa.Integer(), nullable=False),
        sa.Column('token', sa.String(length=16), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('window', sa.String(length=12), nullable=False),
        sa.Column('window_opened_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('outbox_id', 'token'),
    )
    op.execute(
        "INSERT INTO spent_credits (outbox_id, token, openid, \"window\", window_opened_at) "
        "SELECT outbox_id, '', openid, \"window\", window_opened_at FROM spent_credits_before"
    )
    op.drop_table('spent_credits_before')
    op.create_index('ix_spent_credits_window', 'spent_credits', ['openid', 'window', 'window_opened_at'])
