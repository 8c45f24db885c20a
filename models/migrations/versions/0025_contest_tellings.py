"""Words to all who have a work in a contest"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contest_tellings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('told_to', sa.Integer(), nullable=False),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_contest_tellings_contest_id', 'contest_tellings', ['contest_id'], unique=False)
    op.create_index('ix_contest_tellings_open', 'contest_tellings', ['id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))


def downgrade() -> None:
    op.drop_table('contest_tellings')
