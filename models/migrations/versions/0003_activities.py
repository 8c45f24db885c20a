"""Activities whole: more about each, followed and visited; hours and closures of the branches"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

STATES = ('draft', 'published', 'cancelled', 'finished')
WORDS = {'campaign': 64, 'audience': 64, 'fee': 40, 'contact': 80, 'materials': 200, 'link': 300, 'reason': 200,
         'moved_from': 80}


def upgrade() -> None:
    with op.batch_alter_table('activities') as batch:
        for name, length in WORDS.items():
            batch.add_column(sa.Column(name, sa.String(length=length), server_default='', nullable=False))
        for name in ('age_from', 'age_to'):
            batch.add_column(sa.Column(name, sa.SmallInteger(), nullable=True))
        batch.drop_constraint('activitystate', type_='check')
        batch.create_check_constraint('activitystate', sa.column('state').in_(STATES))
    _readers_and_activities()
    _opening()


def _readers_and_activities() -> None:
    op.create_table(
        'activity_follows',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id', 'openid'),
    )
    op.create_index('ix_activity_follows_openid', 'activity_follows', ['openid'])
    op.create_table(
        'activity_visits',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('visitor', sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id', 'day', 'visitor'),
    )


def _opening() -> None:
    for table, day in (('week_hours', sa.Column('weekday', sa.SmallInteger(), nullable=False)),
                       ('day_hours', sa.Column('day', sa.Date(), nullable=False))):
        op.create_table(
            table,
            sa.Column('branch_id', sa.Integer(), nullable=False),
            day,
            sa.Column('opens_at', sa.Time(), nullable=False),
            sa.Column('closes_at', sa.Time(), nullable=False),
            sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ondelete='CASCADE'),
            sa.PrimaryKeyConstraint('branch_id', day.name, 'opens_at'),
        )
    op.create_table(
        'closures',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('branch_id', sa.Integer(), nullable=True),
        sa.Column('first_on', sa.Date(), nullable=False),
        sa.Column('last_on', sa.Date(), nullable=False),
        sa.Column('reason', sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_closures_last_on', 'closures', ['last_on'])
    op.create_table(
        'calendar_days',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('is_workday', sa.Boolean(), nullable=False),
        sa.Column('name', sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint('day'),
    )
