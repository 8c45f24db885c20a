"""What comes at the end of a quiz: the draw; boards by group, frozen, with names; certificates"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

WAITS = sa.text('prize_id IS NULL AND openid IS NOT NULL')
VALID = sa.text("state = 'valid'")
GROUPED = sa.text("board_group != ''")


def upgrade() -> None:
    op.create_table(
        'pool_draws',
        sa.Column('pool_id', sa.Integer(), nullable=False),
        sa.Column('seed', sa.String(length=64), nullable=False),
        sa.Column('seed_hash', sa.String(length=64), nullable=False),
        sa.Column('entries_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('listed_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('drawn_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('handed_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('pool_id'),
    )
    op.create_table(
        'pool_entries',
        sa.Column('pool_id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(length=12), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('drawn_as', sa.String(length=64), nullable=False),
        sa.Column('prize_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['prize_id'], ['prizes.id']),
        sa.PrimaryKeyConstraint('pool_id', 'code'),
        sa.UniqueConstraint('prize_id'),
    )
    op.create_index('ix_pool_entries_openid', 'pool_entries', ['openid', 'pool_id'])
    op.create_index('ix_pool_entries_order', 'pool_entries', ['pool_id', 'drawn_as'])
    op.create_index(
        'ix_pool_entries_waiting', 'pool_entries', ['pool_id', 'drawn_as'], sqlite_where=WAITS, postgresql_where=WAITS
    )
    _boards()
    _certificates()


def _boards() -> None:
    with op.batch_alter_table('quizzes') as batch:
        batch.add_column(sa.Column('freezes_at', models.db.UtcDateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('frozen_at', models.db.UtcDateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('group_word', sa.String(length=10), server_default='', nullable=False))
        batch.add_column(sa.Column('board_groups', sa.JSON(), server_default='[]', nullable=False))
        batch.add_column(sa.Column('has_certificates', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column('certificates_first', sa.SmallInteger(), server_default='0', nullable=False))
    with op.batch_alter_table('standings') as batch:
        batch.add_column(sa.Column('board_group', sa.String(length=20), server_default='', nullable=False))
        batch.drop_column('name')
    op.create_index(
        'ix_standings_group', 'standings', ['quiz_id', 'board_group', 'missed', 'took_ms', 'reached_at'],
        sqlite_where=GROUPED, postgresql_where=GROUPED,
    )
    op.create_table(
        'board_names',
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=20), nullable=False),
        sa.Column('chosen_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('is_barred', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('openid'),
    )
    op.create_table(
        'players',
        sa.Column('quiz_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('board_group', sa.String(length=20), nullable=False),
        sa.Column('chosen_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('quiz_id', 'openid'),
    )
    op.create_table(
        'frozen_places',
        sa.Column('quiz_id', sa.Integer(), nullable=False),
        sa.Column('board_group', sa.String(length=20), nullable=False),
        sa.Column('place', sa.SmallInteger(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('score', sa.SmallInteger(), nullable=False),
        sa.Column('took_ms', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('quiz_id', 'board_group', 'place'),
    )
    op.create_index('ix_frozen_places_openid', 'frozen_places', ['openid'])


def _certificates() -> None:
    op.create_table(
        'certificates',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('quiz_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('code', sa.String(length=12), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('score', sa.SmallInteger(), nullable=False),
        sa.Column('count', sa.SmallInteger(), nullable=False),
        sa.Column('issued_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('state', sa.Enum('valid', 'replaced', 'revoked', name='certificatestate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('code'),
    )
    op.create_index(
        'uq_certificates_valid', 'certificates', ['quiz_id', 'openid'], unique=True, sqlite_where=VALID, postgresql_where=VALID
    )
    op.create_index('ix_certificates_openid', 'certificates', ['openid', 'quiz_id'])
    op.create_index('ix_certificates_quiz', 'certificates', ['quiz_id', 'id'])
