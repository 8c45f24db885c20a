"""Plan files that staff check in the console before they are put into the calendar"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'plan_files',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('library', sa.String(length=120), nullable=False),
        sa.Column('month', sa.String(length=7), nullable=False),
        sa.Column('state', _word('planstate', 'checking', 'publishing', 'published', 'dropped'), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('read_by', sa.String(length=32), nullable=False),
        sa.Column('read_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('published_by', sa.String(length=32), server_default='', nullable=False),
        sa.Column('published_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('outcome', sa.String(length=120), server_default='', nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_plan_files_digest', 'plan_files', ['digest'])
    op.create_index('ix_plan_files_read_at', 'plan_files', ['read_at'])
    op.create_table('plan_sources', _plan(), sa.Column('lines', sa.JSON(), nullable=False),
                    _of_a_plan(), sa.PrimaryKeyConstraint('plan_id'))  # fmt: skip
    op.create_table(
        'plan_rows',
        _plan(),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('planned', sa.JSON(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('is_left_out', sa.Boolean(), nullable=False),
        _of_a_plan(),
        sa.PrimaryKeyConstraint('plan_id', 'number'),
    )
    op.create_table(
        'plan_doubts',
        _plan(),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=24), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('spot', sa.Text(), nullable=False),
        sa.Column('answer', _word('answer', 'seen', 'mended'), nullable=True),
        sa.Column('answered_by', sa.String(length=32), server_default='', nullable=False),
        sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=True),
        _of_a_plan(),
        sa.PrimaryKeyConstraint('plan_id', 'number'),
    )


def _plan() -> sa.Column[int]:
    return sa.Column('plan_id', sa.Integer(), nullable=False)


def _of_a_plan() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(['plan_id'], ['plan_files.id'], ondelete='CASCADE')


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
