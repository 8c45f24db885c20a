"""Volunteers: calls, who they are, shifts, hours, thanks; trainings"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('trainings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('for_whom', sa.Enum('staff', 'volunteers', 'both', name='trainingfor', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('materials', sa.String(length=300), nullable=False),
    sa.Column('quiz_id', sa.Integer(), nullable=True),
    sa.Column('door_code', sa.String(length=6), nullable=False),
    sa.Column('state', sa.Enum('open', 'cancelled', name='trainingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_trainings_quiz_id'), 'trainings', ['quiz_id'], unique=False)
    op.create_index('ix_trainings_starts', 'trainings', ['starts_at'], unique=False)
    op.create_table('volunteer_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.Column('age_from', sa.SmallInteger(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'open', 'closed', name='volunteercallstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_table('volunteer_shifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('starts_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('task', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('cancel_hours', sa.SmallInteger(), nullable=False),
    sa.Column('door_code', sa.String(length=6), nullable=False),
    sa.Column('goes_on', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('open', 'cancelled', name='shiftstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_volunteer_shifts_day', 'volunteer_shifts', ['served_on', 'branch_id'], unique=False)
    op.create_index('ix_volunteer_shifts_ends', 'volunteer_shifts', ['state', 'ends_at'], unique=False)
    op.create_table('volunteers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('applied', 'active', 'refused', 'paused', 'left', name='volunteerstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('age', sa.SmallInteger(), nullable=True),
    sa.Column('guardian', sa.String(length=50), nullable=False),
    sa.Column('guardian_phone', sa.String(length=20), nullable=False),
    sa.Column('guardian_wording', sa.String(length=16), nullable=False),
    sa.Column('guardian_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('skills', sa.String(length=200), nullable=False),
    sa.Column('wish', sa.String(length=300), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('applied_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=40), nullable=False),
    sa.Column('decided_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.ForeignKeyConstraint(['call_id'], ['volunteer_calls.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('openid')
    )
    op.create_index('ix_volunteers_state', 'volunteers', ['state', 'applied_at'], unique=False)
    op.create_table('training_people',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('training_id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(length=32), nullable=True),
    sa.Column('volunteer_id', sa.Integer(), nullable=True),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('came_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('came_by', sa.String(length=40), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('passed_by', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['training_id'], ['trainings.id'], ),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('training_id', 'login', name='uq_training_people_login'),
    sa.UniqueConstraint('training_id', 'volunteer_id', name='uq_training_people_volunteer')
    )
    op.create_index('ix_training_people_login', 'training_people', ['login'], unique=False)
    op.create_index(op.f('ix_training_people_openid'), 'training_people', ['openid'], unique=False)
    op.create_index('ix_training_people_volunteer', 'training_people', ['volunteer_id'], unique=False)
    op.create_table('volunteer_certificates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('issued_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('valid', 'replaced', 'revoked', name='certificatestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_index('ix_volunteer_certificates_openid', 'volunteer_certificates', ['openid'], unique=False)
    op.create_index('uq_volunteer_certificates_valid', 'volunteer_certificates', ['volunteer_id', 'year'], unique=True, sqlite_where=sa.text("state = 'valid'"), postgresql_where=sa.text("state = 'valid'"))
    op.create_table('volunteer_posts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('state', sa.Enum('taken', 'cancelled', 'in', 'out', 'absent', name='poststate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('taken_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('came_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('left_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('came_by', sa.String(length=40), nullable=False),
    sa.Column('remind_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['shift_id'], ['volunteer_shifts.id'], ),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_volunteer_posts_openid'), 'volunteer_posts', ['openid'], unique=False)
    op.create_index('ix_volunteer_posts_remind', 'volunteer_posts', ['remind_at'], unique=False, sqlite_where=sa.text('remind_at IS NOT NULL'), postgresql_where=sa.text('remind_at IS NOT NULL'))
    op.create_index('ix_volunteer_posts_volunteer', 'volunteer_posts', ['volunteer_id', 'state'], unique=False)
    op.create_index('uq_volunteer_posts_once', 'volunteer_posts', ['shift_id', 'volunteer_id'], unique=True, sqlite_where=sa.text("state IN ('taken', 'in', 'out', 'absent')"), postgresql_where=sa.text("state IN ('taken', 'in', 'out', 'absent')"))
    op.create_table('volunteer_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('volunteer_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('task', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.ForeignKeyConstraint(['post_id'], ['volunteer_posts.id'], ),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('post_id', 'number', name='uq_volunteer_hours_line')
    )
    op.create_index('ix_volunteer_hours_day', 'volunteer_hours', ['served_on'], unique=False)
    op.create_index('ix_volunteer_hours_volunteer', 'volunteer_hours', ['volunteer_id', 'served_on'], unique=False)
    op.create_table('volunteer_seats',
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['post_id'], ['volunteer_posts.id'], ),
    sa.ForeignKeyConstraint(['shift_id'], ['volunteer_shifts.id'], ),
    sa.PrimaryKeyConstraint('shift_id', 'number'),
    sa.UniqueConstraint('post_id')
    )
    op.create_index('ix_volunteer_seats_free', 'volunteer_seats', ['shift_id', 'number'], unique=False, sqlite_where=sa.text('post_id IS NULL'), postgresql_where=sa.text('post_id IS NULL'))
