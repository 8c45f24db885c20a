"""Sign-up, reminders and the record"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('house_rules',
        sa.Column('one', sa.Integer(), nullable=False),
        sa.Column('misses', sa.SmallInteger(), nullable=False),
        sa.Column('within_days', sa.SmallInteger(), nullable=False),
        sa.Column('blocked_days', sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint('one')
    )
    op.create_table('reminder_wishes',
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('day_before', sa.Boolean(), nullable=False),
        sa.Column('hours_before', sa.Boolean(), nullable=False),
        sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('openid')
    )
    op.create_table('staff_phones',
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('login', sa.String(length=64), nullable=False),
        sa.Column('bound_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('openid'),
        sa.UniqueConstraint('login')
    )
    op.create_table('activity_records',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.Enum('sent', 'confirmed', name='recordstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('on_site', sa.Integer(), nullable=True),
        sa.Column('online', sa.Integer(), nullable=True),
        sa.Column('sessions', sa.SmallInteger(), nullable=False),
        sa.Column('words', sa.String(length=300), nullable=False),
        sa.Column('sent_by', sa.String(length=64), nullable=False),
        sa.Column('sent_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('confirmed_by', sa.String(length=64), nullable=False),
        sa.Column('confirmed_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id')
    )
    op.create_table('record_pictures',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id', 'digest')
    )
    op.create_table('reminders',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.Enum('day_before', 'hours_before', name='reminderkind', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('of_start', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('due_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('state', sa.Enum('due', 'sent', 'dropped', name='reminderstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('cause', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('activity_id', 'openid', 'kind', 'of_start', name='uq_reminders_once')
    )
    op.create_index('ix_reminders_due', 'reminders', ['due_at', 'id'], unique=False, sqlite_where=sa.text("state = 'due'"), postgresql_where=sa.text("state = 'due'"))
    op.create_index(op.f('ix_reminders_openid'), 'reminders', ['openid'], unique=False)
    op.create_table('reminders_asked',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=False),
        sa.Column('is_wanted', sa.Boolean(), nullable=False),
        sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id', 'openid')
    )
    op.create_index(op.f('ix_reminders_asked_openid'), 'reminders_asked', ['openid'], unique=False)
    op.create_table('sign_ups',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('way', sa.Enum('at_once', 'approval', 'lottery', name='way', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('is_limited', sa.Boolean(), nullable=False),
        sa.Column('opens_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('closes_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('cancel_until', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('most_people', sa.SmallInteger(), nullable=False),
        sa.Column('asks_names', sa.Boolean(), nullable=False),
        sa.Column('asks_ages', sa.Boolean(), nullable=False),
        sa.Column('asks_phone', sa.Boolean(), nullable=False),
        sa.Column('takes_units', sa.Boolean(), nullable=False),
        sa.Column('allows_several', sa.Boolean(), nullable=False),
        sa.Column('has_line', sa.Boolean(), nullable=False),
        sa.Column('takes_walk_ins', sa.Boolean(), nullable=False),
        sa.Column('asks_again', sa.Boolean(), nullable=False),
        sa.Column('door_code', sa.String(length=8), nullable=False),
        sa.Column('draws_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('drawn_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('seed', sa.String(length=64), server_default='', nullable=False),
        sa.Column('seed_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('entries_hash', sa.String(length=64), server_default='', nullable=False),
        sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('activity_id')
    )
    op.create_index('ix_sign_ups_door_code', 'sign_ups', ['door_code'], unique=False)
    op.create_index('ix_sign_ups_draws', 'sign_ups', ['way', 'drawn_at', 'draws_at'], unique=False)
    op.create_table('tellings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('audience', sa.Enum('entries', 'asked', 'followers', name='audience', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('what', sa.Enum('moved', 'cancelled', 'fixed', 'words', name='what', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('states', sa.JSON(), nullable=False),
        sa.Column('entry_ids', sa.JSON(), nullable=False),
        sa.Column('at_night', sa.Boolean(), nullable=False),
        sa.Column('who', sa.String(length=64), nullable=False),
        sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('useful_until', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('told_to', sa.String(length=64), nullable=False),
        sa.Column('told', sa.Integer(), nullable=False),
        sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_tellings_activity_id'), 'tellings', ['activity_id'], unique=False)
    op.create_index('ix_tellings_open', 'tellings', ['id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
    op.create_table('door_marks',
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('who', sa.String(length=64), nullable=False),
        sa.Column('result', sa.JSON(), nullable=False),
        sa.Column('at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['sign_ups.activity_id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_door_marks_activity_id'), 'door_marks', ['activity_id'], unique=False)
    op.create_table('entries',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(length=12), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('state', sa.Enum('applied', 'confirmed', 'waiting', 'offered', 'lapsed', 'cancelled', 'excused', 'refused', 'attended', 'absent', name='entrystate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('origin', sa.Enum('chat', 'page', 'staff', 'walk_in', name='origin', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('is_extra', sa.Boolean(), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column('unit', sa.String(length=80), nullable=False),
        sa.Column('answers', sa.JSON(), nullable=False),
        sa.Column('guardian_wording', sa.String(length=16), server_default='', nullable=False),
        sa.Column('guardian_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('line', sa.BigInteger(), nullable=False),
        sa.Column('offer_until', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('offers', sa.SmallInteger(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('entered_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['sign_ups.activity_id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('code')
    )
    op.create_index('ix_entries_activity', 'entries', ['activity_id', 'state', 'line', 'id'], unique=False)
    op.create_index('ix_entries_offered', 'entries', ['offer_until'], unique=False, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
    op.create_index('ix_entries_openid', 'entries', ['openid', 'state'], unique=False)
    op.create_index('uq_entries_only_one', 'entries', ['activity_id', 'openid'], unique=True, sqlite_where=sa.text("state IN ('applied', 'confirmed', 'waiting', 'offered', 'attended') AND NOT is_extra"), postgresql_where=sa.text("state IN ('applied', 'confirmed', 'waiting', 'offered', 'attended') AND NOT is_extra"))
    op.create_table('sign_up_questions',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('kind', sa.Enum('text', 'choice', 'phone', 'consent', name='questionkind', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('words', sa.String(length=200), nullable=False),
        sa.Column('choices', sa.JSON(), nullable=False),
        sa.Column('is_required', sa.Boolean(), nullable=False),
        sa.Column('is_asked', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['activity_id'], ['sign_ups.activity_id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_sign_up_questions_activity_id'), 'sign_up_questions', ['activity_id'], unique=False)
    op.create_table('appeals',
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='appealstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('words', sa.String(length=300), nullable=False),
        sa.Column('answer', sa.String(length=200), nullable=False),
        sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('entry_id')
    )
    op.create_index(op.f('ix_appeals_openid'), 'appeals', ['openid'], unique=False)
    op.create_index('ix_appeals_state', 'appeals', ['state', 'asked_at'], unique=False)
    op.create_table('entry_people',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('openid', sa.String(length=64), nullable=True),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('name', sa.String(length=50), nullable=False),
        sa.Column('age', sa.SmallInteger(), nullable=True),
        sa.Column('came_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column('came_by', sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_entry_people_entry_id'), 'entry_people', ['entry_id'], unique=False)
    op.create_index(op.f('ix_entry_people_openid'), 'entry_people', ['openid'], unique=False)
    op.create_table('seats',
        sa.Column('activity_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['activity_id'], ['sign_ups.activity_id'], ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['person_id'], ['entry_people.id'], ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('activity_id', 'number'),
        sa.UniqueConstraint('person_id')
    )
    op.create_index('ix_seats_free', 'seats', ['activity_id', 'number'], unique=False, sqlite_where=sa.text('person_id IS NULL'), postgresql_where=sa.text('person_id IS NULL'))
