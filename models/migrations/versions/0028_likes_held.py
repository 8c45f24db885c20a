"""Likes held aside and looked at, ballots, and looks of a contest as a whole"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

COUNTS = {'sqlite_where': sa.text('is_held IS 0 AND is_cast IS 1'), 'postgresql_where': sa.text('is_held IS false AND is_cast IS true')}
FRESH = {'sqlite_where': sa.text('is_fresh IS 1'), 'postgresql_where': sa.text('is_fresh IS true')}
HELD = {'sqlite_where': sa.text('is_held IS 1'), 'postgresql_where': sa.text('is_held IS true')}


def upgrade() -> None:
    op.add_column('likes', sa.Column('is_cast', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('likes', sa.Column('is_fresh', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index('ix_likes_contest', 'likes')
    op.create_index('ix_likes_contest', 'likes', ['contest_id', 'given_at'], **COUNTS)
    op.create_index('ix_likes_work', 'likes', ['submission_id', 'given_at'], **COUNTS)
    op.create_index('ix_likes_fresh', 'likes', ['submission_id', 'given_at'], **FRESH)
    op.create_index('ix_likes_held', 'likes', ['contest_id', 'submission_id'], **HELD)
    op.create_table('like_checks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('until', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('is_fine', sa.Boolean(), nullable=False),
    sa.Column('likes', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_like_checks_work', 'like_checks', ['submission_id', 'until'])
    # Nothing was ever written into it: looks were not counted before.
    op.drop_table('submission_looks')
    op.create_table('submission_looks',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('visit', 'play', name='lookkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('visitor', sa.String(length=32), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('submission_id', 'day', 'kind', 'visitor')
    )
    op.create_index('ix_submission_looks_contest', 'submission_looks', ['contest_id', 'day', 'kind'])
