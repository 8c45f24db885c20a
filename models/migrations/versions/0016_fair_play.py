"""Fair play: prizes denied until the time to appeal is over, appeals, and what is seen in attempts that win"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

STATES = ('free', 'won', 'held', 'claimed', 'paid', 'failed', 'lapsed', 'denied', 'refused', 'left')


def upgrade() -> None:
    op.add_column('pools', sa.Column('is_watched', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('pools', sa.Column('bars_staff', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('prizes', sa.Column('seen_at', models.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('prizes', sa.Column('looked_by', sa.String(length=40), server_default='', nullable=False))
    with op.batch_alter_table('prizes') as batch:
        batch.drop_constraint('prizestate', type_='check')
        batch.create_check_constraint('prizestate', sa.column('state').in_(STATES))
    op.create_table('prize_appeals',
    sa.Column('prize_id', sa.Integer(), nullable=False),
    sa.Column('against', sa.Enum(*STATES, name='prizestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='appealstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.String(length=300), nullable=False),
    sa.Column('answer', sa.String(length=200), server_default='', nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['prize_id'], ['prizes.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('prize_id', 'against')
    )
    op.create_index(op.f('ix_prize_appeals_openid'), 'prize_appeals', ['openid'], unique=False)
    op.create_index('ix_prize_appeals_state', 'prize_appeals', ['state', 'asked_at'], unique=False)
    op.create_table('traces',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('finished_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.Column('times_ms', sa.JSON(), nullable=False),
    sa.Column('fast', sa.SmallInteger(), nullable=False),
    sa.Column('followed_s', sa.Integer(), nullable=True),
    sa.Column('wrongs', sa.String(length=64), nullable=False),
    sa.Column('ring', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id']),
    sa.PrimaryKeyConstraint('attempt_id')
    )
    op.create_index('ix_traces_finished', 'traces', ['quiz_id', 'finished_at'], unique=False)
    op.create_index('ix_traces_took', 'traces', ['quiz_id', 'took_ms'], unique=False)
    op.create_index('ix_traces_wrongs', 'traces', ['quiz_id', 'wrongs'], unique=False)
    op.create_index('ix_traces_ring', 'traces', ['quiz_id', 'ring'], unique=False)
    op.create_index('ix_traces_fast', 'traces', ['quiz_id', 'fast'], unique=False)
