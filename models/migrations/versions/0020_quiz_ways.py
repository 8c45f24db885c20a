"""Ways of playing: a passage before its questions, questions let out live, 长辈模式"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('attempts', sa.Column('is_reading', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('attempts', sa.Column('is_elder', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('quizzes', sa.Column('is_elder', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('quizzes', sa.Column('elder_percent', sa.SmallInteger(), server_default='100', nullable=False))
    op.create_table(
        'elder_readers',
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('since', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('openid'),
    )
    op.add_column('quizzes', sa.Column('is_live', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        'live_rounds',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('quiz_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('question_id', sa.Integer(), nullable=False),
        sa.Column('shown', sa.JSON(), nullable=False),
        sa.Column('state', sa.Enum('open', 'closed', 'void', name='roundstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('let_out_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('let_out_by', sa.String(length=40), nullable=False),
        sa.Column('ended_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('reason', sa.String(length=200), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['question_id'], ['questions.id']),
        sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('quiz_id', 'number'),
        sa.UniqueConstraint('quiz_id', 'question_id'),
    )
    op.create_index(
        'uq_live_rounds_open', 'live_rounds', ['quiz_id'], unique=True, sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        'live_answers',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('round_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('given', sa.JSON(), nullable=False),
        sa.Column('is_right', sa.Boolean(), nullable=False),
        sa.Column('place', sa.Integer(), nullable=True),
        sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['round_id'], ['live_rounds.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('round_id', 'openid'),
        sa.UniqueConstraint('round_id', 'place'),
    )
    op.create_index('ix_live_answers_openid', 'live_answers', ['openid'])
