"""Reader cards, their loans and holds, messages about them, and renewals"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole', 'make_pack',
    'draft', 'mass_send', 'mass_look', 'publish', 'publish_look', 'preview', 'take_back', 'list_followers', 'tag_readers',
    'fetch_said', 'ils',
)
PURPOSES = ('reminder', 'change', 'offer', 'result', 'loan')


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    with op.batch_alter_table('account_templates') as batch:
        batch.drop_constraint('noticepurpose', type_='check')
        batch.create_check_constraint('templatepurpose', sa.column('purpose').in_(PURPOSES))
    op.create_table('bound_cards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('card_key', sa.String(length=32), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('nickname', sa.String(length=12), server_default='', nullable=False),
    sa.Column('bound_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('looked_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('openid', 'card_key', name='uq_bound_cards_once')
    )
    op.create_index(op.f('ix_bound_cards_card_key'), 'bound_cards', ['card_key'], unique=False)
    op.create_table('library_cards',
    sa.Column('card_key', sa.String(length=32), nullable=False),
    sa.Column('id_key', sa.String(length=32), nullable=True),
    sa.Column('phone_key', sa.String(length=32), nullable=True),
    sa.Column('birthday_key', sa.String(length=32), nullable=True),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('card_key')
    )
    op.create_index(op.f('ix_library_cards_import_id'), 'library_cards', ['import_id'], unique=False)
    op.create_table('loan_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('cards', 'loans', 'holds', name='importwhat', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('file', sa.String(length=40), nullable=False),
    sa.Column('state', sa.Enum('shown', 'going', 'sweeping', 'done', 'dropped', 'broken', name='importstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('is_whole', sa.Boolean(), nullable=False),
    sa.Column('spared', sa.JSON(), nullable=False),
    sa.Column('is_unsure', sa.Boolean(), nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('data_on', sa.Date(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('ignored', sa.JSON(), nullable=False),
    sa.Column('faults', sa.JSON(), nullable=False),
    sa.Column('fault_count', sa.Integer(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('swept_to', sa.Integer(), nullable=False),
    sa.Column('gone', sa.Integer(), nullable=False),
    sa.Column('handed_by', sa.String(length=40), nullable=False),
    sa.Column('handed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_loan_imports_at_work', 'loan_imports', ['id'], unique=False, sqlite_where=sa.text("state IN ('going', 'sweeping')"), postgresql_where=sa.text("state IN ('going', 'sweeping')"))
    op.create_table('loan_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('owed', 'told', 'dropped', name='notestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('way', sa.String(length=24), server_default='', nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('openid', 'day', name='uq_loan_notes_once')
    )
    op.create_index(op.f('ix_loan_notes_day'), 'loan_notes', ['day'], unique=False)
    op.create_index('ix_loan_notes_owed', 'loan_notes', ['openid'], unique=True, sqlite_where=sa.text("state = 'owed'"), postgresql_where=sa.text("state = 'owed'"))
    op.create_index(op.f('ix_loan_notes_told_at'), 'loan_notes', ['told_at'], unique=False)
    op.create_table('loan_rules',
    sa.Column('id', sa.SmallInteger(), nullable=False),
    sa.Column('proof', sa.Enum('id', 'phone', 'birthday', name='proof', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('proof_words', sa.String(length=60), nullable=False),
    sa.Column('days_before', sa.SmallInteger(), nullable=False),
    sa.Column('extends', sa.Boolean(), nullable=False),
    sa.Column('renews', sa.Enum('none', 'staff', 'ils', name='renewway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('renew_words', sa.String(length=120), nullable=False),
    sa.Column('keep_days', sa.SmallInteger(), nullable=False),
    sa.Column('stale_days', sa.SmallInteger(), nullable=False),
    sa.Column('ils_said', sa.String(length=200), server_default='', nullable=False),
    sa.Column('ils_ok', sa.Boolean(), nullable=True),
    sa.Column('ils_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('loan_runs',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('planned_to', sa.Integer(), nullable=False),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('day')
    )
    op.create_table('loan_wishes',
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('is_wanted', sa.Boolean(), nullable=False),
    sa.Column('again_on', sa.Date(), nullable=True),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('openid')
    )
    op.create_table('loans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card_key', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.Enum('loan', 'hold', name='loankind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('item_key', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('is_ready', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('out', 'back', name='loanstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('card_key', 'kind', 'item_key', name='uq_loans_once')
    )
    op.create_index('ix_loans_day', 'loans', ['day'], unique=False, sqlite_where=sa.text("state = 'out'"), postgresql_where=sa.text("state = 'out'"))
    op.create_index('ix_loans_out', 'loans', ['card_key'], unique=False, sqlite_where=sa.text("state = 'out'"), postgresql_where=sa.text("state = 'out'"))
    op.create_index('ix_loans_back', 'loans', ['changed_at'], unique=False, sqlite_where=sa.text("state = 'back'"), postgresql_where=sa.text("state = 'back'"))
    op.create_table('loans_told',
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('loan_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.Enum('soon', 'tomorrow', 'over', 'over_week', 'over_month', 'arrived', 'lapsing', name='stage', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('note_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['note_id'], ['loan_notes.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('openid', 'loan_id', 'stage', 'due_on')
    )
    op.create_index(op.f('ix_loans_told_loan_id'), 'loans_told', ['loan_id'], unique=False)
    op.create_index(op.f('ix_loans_told_note_id'), 'loans_told', ['note_id'], unique=False)
    op.create_table('renew_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('loan_id', sa.Integer(), nullable=False),
    sa.Column('way', sa.Enum('none', 'staff', 'ils', name='renewway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('asked', 'done', 'refused', name='renewstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('was_due', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=120), server_default='', nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=40), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['card_id'], ['bound_cards.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_renew_requests_asked', 'renew_requests', ['loan_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))
    op.create_index(op.f('ix_renew_requests_card_id'), 'renew_requests', ['card_id'], unique=False)
    op.create_index(op.f('ix_renew_requests_loan_id'), 'renew_requests', ['loan_id'], unique=False)
    op.create_index(op.f('ix_renew_requests_openid'), 'renew_requests', ['openid'], unique=False)
