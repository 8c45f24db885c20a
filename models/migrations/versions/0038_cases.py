"""Cases of the desk: questions, their words, who answers for them, canned replies, the desk's hours"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole', 'make_pack',
    'draft', 'mass_send', 'mass_look', 'publish', 'publish_look', 'preview', 'take_back', 'list_followers', 'tag_readers',
    'fetch_said',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table('canned_replies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('topic', sa.Enum('hours', 'cards', 'lending', 'rooms', 'activities', 'collections', 'lost', 'complaint', 'other', name='casetopic', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('changed_by', sa.String(length=40), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('title')
    )
    op.create_table('case_days',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day')
    )
    op.create_table('desk_hours',
    sa.Column('branch', sa.Integer(), nullable=False),
    sa.Column('week', sa.JSON(), nullable=False),
    sa.Column('lunch_from', sa.Time(), nullable=True),
    sa.Column('lunch_to', sa.Time(), nullable=True),
    sa.Column('on_holidays', sa.Boolean(), nullable=False),
    sa.Column('answer_minutes', sa.Integer(), nullable=False),
    sa.Column('silent_minutes', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=40), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('branch')
    )
    op.create_table('cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('way', sa.Enum('chat', 'walk_in', 'phone', name='caseway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('topic', sa.Enum('hours', 'cards', 'lending', 'rooms', 'activities', 'collections', 'lost', 'complaint', 'other', name='casetopic', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=80), server_default='', nullable=False),
    sa.Column('state', sa.Enum('waiting', 'taken', 'answered', 'closed', name='casestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('first_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('owner', sa.String(length=40), server_default='', nullable=False),
    sa.Column('opened_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('silent_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('late_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('times_late', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('first_answer_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer_minutes', sa.Integer(), nullable=True),
    sa.Column('closed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('close_minutes', sa.Integer(), nullable=True),
    sa.Column('result', sa.Enum('solved', 'elsewhere', 'could_not', 'withdrawn', name='caseresult', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('result_line', sa.String(length=300), server_default='', nullable=False),
    sa.Column('rating', sa.Enum('good', 'fair', 'poor', name='rating', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('rated_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('times_reopened', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('transfers', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('burst_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('burst', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('emptied_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number')
    )
    op.create_index('ix_cases_branch', 'cases', ['branch_id', 'state', 'asked_at'], unique=False)
    op.create_index('ix_cases_due', 'cases', ['due_at'], unique=False, sqlite_where=sa.text('due_at IS NOT NULL'), postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('ix_cases_one_open', 'cases', ['openid'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'taken', 'answered')"), postgresql_where=sa.text("state IN ('waiting', 'taken', 'answered')"))
    op.create_index('ix_cases_opened', 'cases', ['opened_at', 'id'], unique=False)
    op.create_index('ix_cases_owner', 'cases', ['owner', 'state', 'asked_at', 'id'], unique=False)
    op.create_index('ix_cases_quiet', 'cases', ['asked_at'], unique=False, sqlite_where=sa.text("state = 'answered'"), postgresql_where=sa.text("state = 'answered'"))
    op.create_index('ix_cases_reader', 'cases', ['openid', 'opened_at'], unique=False, sqlite_where=sa.text('openid IS NOT NULL'), postgresql_where=sa.text('openid IS NOT NULL'))
    op.create_index('ix_cases_silent', 'cases', ['silent_at'], unique=False, sqlite_where=sa.text('silent_at IS NOT NULL'), postgresql_where=sa.text('silent_at IS NOT NULL'))
    op.create_index('ix_cases_state', 'cases', ['state', 'asked_at', 'id'], unique=False)
    op.create_index('ix_cases_words', 'cases', ['closed_at'], unique=False, sqlite_where=sa.text("state = 'closed' AND emptied_at IS NULL"), postgresql_where=sa.text("state = 'closed' AND emptied_at IS NULL"))
    op.create_table('case_drafts',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('saved_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', 'who')
    )
    op.create_index(op.f('ix_case_drafts_openid'), 'case_drafts', ['openid'], unique=False)
    op.create_index(op.f('ix_case_drafts_saved_at'), 'case_drafts', ['saved_at'], unique=False)
    op.create_table('case_handings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('from_who', sa.String(length=40), nullable=False),
    sa.Column('to_who', sa.String(length=40), server_default='', nullable=False),
    sa.Column('to_branch', sa.Integer(), nullable=True),
    sa.Column('why', sa.String(length=200), server_default='', nullable=False),
    sa.Column('state', sa.Enum('offered', 'accepted', 'refused', 'taken_back', 'lapsed', name='handingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('offered_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lapses_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=200), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_branch'], ['branches.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_case_handings_case_id'), 'case_handings', ['case_id'], unique=False)
    op.create_index('ix_case_handings_one', 'case_handings', ['case_id'], unique=True, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
    op.create_index('ix_case_handings_to', 'case_handings', ['to_who'], unique=False, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
    op.create_table('case_words',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('speaker', sa.Enum('reader', 'staff', 'note', 'house', name='speaker', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('who', sa.String(length=40), server_default='', nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('parts', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('file', sa.Enum('picture', 'voice', 'video', name='filekind', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('file_state', sa.Enum('none', 'wanted', 'here', 'refused', name='filestate', native_enum=False, create_constraint=True, length=24), server_default='none', nullable=False),
    sa.Column('digest', sa.String(length=64), server_default='', nullable=False),
    sa.Column('suffix', sa.String(length=8), server_default='', nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index('ix_case_words_case', 'case_words', ['case_id', 'id'], unique=False)
    op.create_index(op.f('ix_case_words_digest'), 'case_words', ['digest'], unique=False)
    op.create_index(op.f('ix_case_words_openid'), 'case_words', ['openid'], unique=False)
