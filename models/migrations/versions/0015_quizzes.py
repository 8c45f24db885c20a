"""Quizzes: questions, papers, attempts, standings; prizes: pools, payments, the ledger"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code', 'red_packet',
    'transfer', 'pay_look',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table('pools',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('occasion', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('way', sa.Enum('transfer', 'red_packet', 'desk', name='payway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('claim_days', sa.SmallInteger(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'sealed', 'closed', name='poolstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('is_paused', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('sealed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('opens_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closes_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('secret', sa.String(length=64), server_default='', nullable=False),
    sa.Column('commitment', sa.String(length=64), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('occasion')
    )
    op.create_index('ix_pools_state', 'pools', ['state', 'closes_at'], unique=False)
    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('stem', sa.Text(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('shelf_mark', sa.String(length=60), nullable=False),
    sa.Column('difficulty', sa.SmallInteger(), nullable=True),
    sa.Column('passage', sa.Text(), nullable=False),
    sa.Column('recheck_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('active', 'retired', name='questionstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('origin', sa.String(length=200), nullable=False),
    sa.Column('added_by', sa.String(length=40), nullable=False),
    sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('fingerprint')
    )
    op.create_index('ix_questions_state', 'questions', ['state', 'id'], unique=False)
    op.create_table('quizzes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('intro', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'checking', 'approved', 'paused', 'closed', 'cancelled', name='quizstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('opens_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closes_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('day_from', sa.String(length=5), server_default='', nullable=False),
    sa.Column('day_until', sa.String(length=5), server_default='', nullable=False),
    sa.Column('groups', sa.JSON(), nullable=False),
    sa.Column('seconds_each', sa.SmallInteger(), nullable=False),
    sa.Column('seconds_in_all', sa.Integer(), nullable=False),
    sa.Column('tries_a_day', sa.SmallInteger(), nullable=False),
    sa.Column('tries_in_all', sa.SmallInteger(), nullable=False),
    sa.Column('pass_score', sa.SmallInteger(), nullable=False),
    sa.Column('keeps', sa.Enum('best', 'last', name='keeps', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('shuffles', sa.Boolean(), nullable=False),
    sa.Column('is_one_out', sa.Boolean(), nullable=False),
    sa.Column('is_practice', sa.Boolean(), nullable=False),
    sa.Column('has_board', sa.Boolean(), nullable=False),
    sa.Column('prizes_each', sa.SmallInteger(), nullable=False),
    sa.Column('prizes_a_day', sa.SmallInteger(), nullable=False),
    sa.Column('paper_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_index('ix_quizzes_state', 'quizzes', ['state', 'closes_at'], unique=False)
    op.create_table('attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('open', 'done', 'expired', name='attemptstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('drawn', sa.JSON(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('score', sa.SmallInteger(), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ends_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('finished_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('quiz_id', 'openid', 'number')
    )
    op.create_index('ix_attempts_ends', 'attempts', ['ends_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_attempts_openid', 'attempts', ['openid', 'state'], unique=False)
    op.create_index('ix_attempts_quiz', 'attempts', ['quiz_id', 'finished_at'], unique=False)
    op.create_index('uq_attempts_open', 'attempts', ['quiz_id', 'openid'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('complaints',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('words', sa.String(length=300), nullable=False),
    sa.Column('state', sa.Enum('asked', 'settled', name='complaintstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_by', sa.String(length=40), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('question_id', 'openid')
    )
    op.create_index('ix_complaints_state', 'complaints', ['state', 'told_at'], unique=False)
    op.create_table('paper_checks',
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('paper_hash', sa.String(length=64), nullable=False),
    sa.Column('checked_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('quiz_id', 'who')
    )
    op.create_table('paper_questions',
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.SmallInteger(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], ),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('quiz_id', 'part', 'place'),
    sa.UniqueConstraint('quiz_id', 'question_id')
    )
    op.create_table('prizes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pool_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('tier', sa.SmallInteger(), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=False),
    sa.Column('gift', sa.String(length=60), nullable=False),
    sa.Column('release_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('free', 'won', 'held', 'claimed', 'paid', 'failed', 'lapsed', 'refused', 'left', name='prizestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('win_key', sa.String(length=80), nullable=True),
    sa.Column('code', sa.String(length=8), nullable=True),
    sa.Column('won_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('claim_until', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_reminded', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('settled_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.CheckConstraint('fen >= 0', name='prize_fen'),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('pool_id', 'number'),
    sa.UniqueConstraint('win_key')
    )
    op.create_index('ix_prizes_free', 'prizes', ['pool_id', 'tier', 'release_at', 'number'], unique=False, sqlite_where=sa.text("state = 'free'"), postgresql_where=sa.text("state = 'free'"))
    op.create_index('ix_prizes_open', 'prizes', ['claim_until'], unique=False, sqlite_where=sa.text("state IN ('won', 'held', 'claimed', 'failed')"), postgresql_where=sa.text("state IN ('won', 'held', 'claimed', 'failed')"))
    op.create_index('ix_prizes_openid', 'prizes', ['openid', 'won_at'], unique=False)
    op.create_index('ix_prizes_state', 'prizes', ['state', 'won_at', 'id'], unique=False)
    op.create_index('ix_prizes_pool_state', 'prizes', ['pool_id', 'state', 'won_at'], unique=False)
    op.create_table('question_tags',
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('question_id', 'tag')
    )
    op.create_index('ix_question_tags_tag', 'question_tags', ['tag', 'question_id'], unique=False)
    op.create_table('answers',
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('given', sa.JSON(), nullable=False),
    sa.Column('is_right', sa.Boolean(), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], ),
    sa.PrimaryKeyConstraint('attempt_id', 'place')
    )
    op.create_index('ix_answers_question', 'answers', ['question_id', 'is_right'], unique=False)
    op.create_table('ledger',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pool_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('fund', 'win', 'pay', 'back', 'leave', name='linekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=False),
    sa.Column('prize_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.CheckConstraint('fen > 0', name='ledger_fen'),
    sa.ForeignKeyConstraint(['pool_id'], ['pools.id'], ),
    sa.ForeignKeyConstraint(['prize_id'], ['prizes.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index('ix_ledger_pool', 'ledger', ['pool_id', 'kind', 'id'], unique=False)
    op.create_table('payments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('prize_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=28), nullable=False),
    sa.Column('way', sa.Enum('transfer', 'red_packet', 'desk', name='payway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('state', sa.Enum('owed', 'pending', 'done', 'failed', name='paymentstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('said', sa.String(length=40), server_default='', nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('package', sa.Text(), server_default='', nullable=False),
    sa.Column('platform_number', sa.String(length=64), server_default='', nullable=False),
    sa.Column('looks', sa.SmallInteger(), nullable=False),
    sa.Column('look_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('fen > 0', name='payment_fen'),
    sa.ForeignKeyConstraint(['prize_id'], ['prizes.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('number')
    )
    op.create_index('ix_payments_look', 'payments', ['look_at'], unique=False, sqlite_where=sa.text("state IN ('owed', 'pending')"), postgresql_where=sa.text("state IN ('owed', 'pending')"))
    op.create_index('uq_payments_one_lives', 'payments', ['prize_id'], unique=True, sqlite_where=sa.text("state != 'failed'"), postgresql_where=sa.text("state != 'failed'"))
    op.create_table('standings',
    sa.Column('quiz_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('score', sa.SmallInteger(), nullable=False),
    sa.Column('missed', sa.SmallInteger(), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.Column('reached_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempts.id'], ),
    sa.ForeignKeyConstraint(['quiz_id'], ['quizzes.id'], ),
    sa.PrimaryKeyConstraint('quiz_id', 'openid')
    )
    op.create_index('ix_standings_rank', 'standings', ['quiz_id', 'missed', 'took_ms', 'reached_at'])
