"""Reading contests"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'make_whole',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table('contests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('call', sa.Text(), nullable=False),
    sa.Column('rules', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'screening', 'judging', 'notice', 'awarded', 'closed', 'cancelled', name='conteststate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('opens_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closes_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('screened_by', sa.Date(), nullable=True),
    sa.Column('judged_by', sa.Date(), nullable=True),
    sa.Column('notice_from', sa.Date(), nullable=True),
    sa.Column('notice_until', sa.Date(), nullable=True),
    sa.Column('awards_on', sa.Date(), nullable=True),
    sa.Column('works_each', sa.SmallInteger(), nullable=False),
    sa.Column('keeps_until', sa.Date(), nullable=True),
    sa.Column('has_gallery', sa.Boolean(), nullable=False),
    sa.Column('shows_ranks', sa.Boolean(), nullable=False),
    sa.Column('votes', sa.Enum('never', 'once', 'daily', name='voterule', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('votes_a_day', sa.SmallInteger(), nullable=False),
    sa.Column('votes_at_least', sa.SmallInteger(), nullable=False),
    sa.Column('votes_from', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('votes_until', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_index('ix_contests_state', 'contests', ['state', 'closes_at'], unique=False)
    op.create_table('programmes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('agreement_wordings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('entry', 'guardian', 'keep', 'series', name='purpose', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('contest_id', 'purpose', 'version')
    )
    op.create_table('contest_genres',
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('genre', sa.Enum('voice', 'video', 'picture', 'essay', 'poem', name='genre', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('least_characters', sa.Integer(), nullable=False),
    sa.Column('most_characters', sa.Integer(), nullable=False),
    sa.Column('least_seconds', sa.Integer(), nullable=False),
    sa.Column('most_seconds', sa.Integer(), nullable=False),
    sa.Column('most_pieces', sa.SmallInteger(), nullable=False),
    sa.Column('most_megabytes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('contest_id', 'genre')
    )
    op.create_table('contest_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('anyone', 'birth', 'family', name='groupkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('born_from', sa.Date(), nullable=True),
    sa.Column('born_until', sa.Date(), nullable=True),
    sa.Column('least_characters', sa.Integer(), nullable=False),
    sa.Column('most_characters', sa.Integer(), nullable=False),
    sa.Column('most_seconds', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('contest_id', 'name'),
    sa.UniqueConstraint('contest_id', 'position')
    )
    op.create_table('contest_organisations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('is_post_box', sa.Boolean(), nullable=False),
    sa.Column('box_code', sa.String(length=24), nullable=True),
    sa.Column('most_works', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('box_code'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('contest_id', 'name')
    )
    op.create_table('issues',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('intro', sa.Text(), nullable=False),
    sa.Column('credits', sa.Text(), nullable=False),
    sa.Column('cover', sa.String(length=64), server_default='', nullable=False),
    sa.Column('state', sa.Enum('draft', 'making', 'made', 'published', 'taken_down', name='issuestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('audio', sa.String(length=64), server_default='', nullable=False),
    sa.Column('length_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('published_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['programme_id'], ['programmes.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('programme_id', 'number')
    )
    op.create_table('judges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=60), server_default='', nullable=False),
    sa.Column('state', sa.Enum('invited', 'judging', 'stopped', name='judgestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('link_until', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('browser_hash', sa.String(length=64), nullable=True),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('invited_by', sa.String(length=40), nullable=False),
    sa.Column('invited_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seen_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('browser_hash'),
    sa.UniqueConstraint('link_hash')
    )
    op.create_index('ix_judges_contest_id', 'judges', ['contest_id'], unique=False)
    op.create_table('judging_rounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'closed', name='roundstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('mean', sa.Enum('trimmed', 'plain', 'median', name='mean', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('judges_each', sa.SmallInteger(), nullable=False),
    sa.Column('shortlist', sa.SmallInteger(), nullable=False),
    sa.Column('public_percent', sa.SmallInteger(), nullable=False),
    sa.Column('public_cap', sa.Integer(), nullable=False),
    sa.Column('spread_flag', sa.Integer(), nullable=False),
    sa.Column('ties', sa.JSON(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('opened_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('contest_id', 'position')
    )
    op.create_table('late_codes',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('until', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_for', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_index('ix_late_codes_contest_id', 'late_codes', ['contest_id'], unique=False)
    op.create_table('award_tiers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('ranked', 'special', 'organiser', 'province', name='awardkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('rank', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('quota', sa.SmallInteger(), nullable=False),
    sa.Column('fen', sa.Integer(), nullable=False),
    sa.Column('gift', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['contest_groups.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('contest_id', 'group_id', 'kind', 'rank', 'name')
    )
    op.create_table('criteria',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('most', sa.SmallInteger(), nullable=False),
    sa.Column('anchors', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['judging_rounds.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'position')
    )
    op.create_table('judge_groups',
    sa.Column('judge_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['contest_groups.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['judge_id'], ['judges.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('judge_id', 'group_id')
    )
    op.create_table('set_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('author', sa.String(length=60), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['contest_groups.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_set_texts_contest_id', 'set_texts', ['contest_id'], unique=False)
    op.create_table('submissions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'waiting', 'submitted', 'returned', 'accepted', 'hidden', 'withdrawn', name='submissionstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('genre', sa.Enum('voice', 'video', 'picture', 'essay', 'poem', name='genre', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('text_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('is_boxed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('author', sa.String(length=60), nullable=False),
    sa.Column('partner', sa.String(length=60), server_default='', nullable=False),
    sa.Column('teacher', sa.String(length=60), server_default='', nullable=False),
    sa.Column('born_on', sa.Date(), nullable=True),
    sa.Column('is_child', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('phone', sa.String(length=20), server_default='', nullable=False),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('characters', sa.Integer(), server_default='0', nullable=False),
    sa.Column('likeness', sa.JSON(), nullable=True),
    sa.Column('whole', sa.String(length=64), server_default='', nullable=False),
    sa.Column('length_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('intro_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('found', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('ready_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('late_code', sa.String(length=12), nullable=True),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('handed_in_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('looked_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('looked_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('reason', sa.String(length=300), server_default='', nullable=False),
    sa.Column('left_as', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ),
    sa.ForeignKeyConstraint(['group_id'], ['contest_groups.id'], ),
    sa.ForeignKeyConstraint(['organisation_id'], ['contest_organisations.id'], ),
    sa.ForeignKeyConstraint(['text_id'], ['set_texts.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('contest_id', 'number')
    )
    op.create_index('ix_submissions_openid', 'submissions', ['openid', 'contest_id'], unique=False, sqlite_where=sa.text('openid IS NOT NULL'), postgresql_where=sa.text('openid IS NOT NULL'))
    op.create_index('ix_submissions_left', 'submissions', ['left_as'], unique=False, sqlite_where=sa.text('left_as IS NOT NULL'), postgresql_where=sa.text('left_as IS NOT NULL'))
    op.create_index('ix_submissions_organisation', 'submissions', ['organisation_id'], unique=False)
    op.create_index('ix_submissions_queue', 'submissions', ['contest_id', 'handed_in_at'], unique=False, sqlite_where=sa.text("state = 'submitted' AND ready_at IS NOT NULL"), postgresql_where=sa.text("state = 'submitted' AND ready_at IS NOT NULL"))
    op.create_index('ix_submissions_state', 'submissions', ['contest_id', 'state', 'group_id', 'id'], unique=False)
    op.create_index('ix_submissions_whole', 'submissions', ['contest_id', 'whole'], unique=False)
    op.create_table('agreements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('entry', 'guardian', 'keep', 'series', name='purpose', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('use', sa.String(length=40), server_default='', nullable=False),
    sa.Column('wording_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('relation', sa.String(length=20), server_default='', nullable=False),
    sa.Column('way', sa.Enum('chat', 'page', 'slip', name='agreementway', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('recorded_by', sa.String(length=60), server_default='', nullable=False),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wording_id'], ['agreement_wordings.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_agreements_openid', 'agreements', ['openid'], unique=False)
    op.create_index('ix_agreements_submission_id', 'agreements', ['submission_id'], unique=False)
    op.create_index('uq_agreements_standing', 'agreements', ['submission_id', 'purpose', 'use', 'openid'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('awards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('tier_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('state', sa.Enum('proposed', 'shown', 'given', 'revoked', name='awardstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=True),
    sa.Column('prize_id', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('picked_up_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('picked_up_by', sa.String(length=60), server_default='', nullable=False),
    sa.Column('handed_over_by', sa.String(length=40), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ),
    sa.ForeignKeyConstraint(['organisation_id'], ['contest_organisations.id'], ),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ),
    sa.ForeignKeyConstraint(['tier_id'], ['award_tiers.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code')
    )
    op.create_index('ix_awards_contest', 'awards', ['contest_id', 'state', 'tier_id', 'place'], unique=False)
    op.create_index('ix_awards_openid', 'awards', ['openid'], unique=False)
    op.create_index('ix_awards_submission', 'awards', ['submission_id'], unique=False)
    op.create_index('uq_awards_submission', 'awards', ['tier_id', 'submission_id'], unique=True, sqlite_where=sa.text("state != 'revoked'"), postgresql_where=sa.text("state != 'revoked'"))
    op.create_table('issue_parts',
    sa.Column('issue_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('caption', sa.String(length=200), nullable=False),
    sa.Column('asked_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('declined_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ),
    sa.PrimaryKeyConstraint('issue_id', 'submission_id')
    )
    op.create_table('judge_conflicts',
    sa.Column('judge_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['judge_id'], ['judges.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('judge_id', 'submission_id')
    )
    op.create_table('likes',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('is_held', sa.Boolean(), nullable=False),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('submission_id', 'openid', 'day')
    )
    op.create_index('ix_likes_contest', 'likes', ['contest_id', 'given_at'], unique=False)
    op.create_index('ix_likes_reader', 'likes', ['openid', 'contest_id', 'day'], unique=False)
    op.create_table('marks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('judge_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'done', 'given_back', name='markstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('points', sa.JSON(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('remark', sa.String(length=300), server_default='', nullable=False),
    sa.Column('is_second_look', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('given_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['judge_id'], ['judges.id'], ),
    sa.ForeignKeyConstraint(['round_id'], ['judging_rounds.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('round_id', 'judge_id', 'submission_id')
    )
    op.create_index('ix_marks_judge', 'marks', ['judge_id', 'state'], unique=False)
    op.create_index('ix_marks_submission', 'marks', ['round_id', 'submission_id'], unique=False)
    op.create_table('round_places',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('judged', sa.Integer(), nullable=False),
    sa.Column('likes', sa.Integer(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('goes_on', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=200), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['judging_rounds.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ),
    sa.PrimaryKeyConstraint('round_id', 'submission_id')
    )
    op.create_index('ix_round_places_place', 'round_places', ['round_id', 'group_id', 'place'], unique=False)
    op.create_table('submission_looks',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('visit', 'play', name='lookkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('visitor', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('submission_id', 'day', 'kind', 'visitor')
    )
    op.create_table('submission_pieces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.Enum('sound', 'video', 'picture', 'slip', name='piecekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('wanted', 'kept', 'ready', 'refused', 'removed', name='piecestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('name', sa.String(length=120), server_default='', nullable=False),
    sa.Column('original', sa.String(length=64), server_default='', nullable=False),
    sa.Column('bytes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('playable', sa.String(length=64), server_default='', nullable=False),
    sa.Column('length_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('width', sa.Integer(), server_default='0', nullable=False),
    sa.Column('height', sa.Integer(), server_default='0', nullable=False),
    sa.Column('facts', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('cause', sa.String(length=200), server_default='', nullable=False),
    sa.Column('came_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('submission_id', 'source')
    )
    op.create_index('ix_submission_pieces_original', 'submission_pieces', ['original'], unique=False)
    op.create_index('ix_submission_pieces_work', 'submission_pieces', ['submission_id', 'position'], unique=False)
    op.create_table('submission_sums',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('likes', sa.Integer(), nullable=False),
    sa.Column('plays', sa.Integer(), nullable=False),
    sa.Column('visits', sa.Integer(), nullable=False),
    sa.Column('summed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('submission_id')
    )
    op.create_index('ix_submission_sums_contest', 'submission_sums', ['contest_id', 'likes', 'submission_id'], unique=False)
    op.create_table('uploads',
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('began_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('touched_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token')
    )
    op.create_index('ix_uploads_submission_id', 'uploads', ['submission_id'], unique=False)
    op.create_index('ix_uploads_touched_at', 'uploads', ['touched_at'], unique=False)
    op.create_table('objections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contest_id', sa.Integer(), nullable=False),
    sa.Column('award_id', sa.Integer(), nullable=True),
    sa.Column('openid', sa.String(length=64), nullable=True),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('contact', sa.String(length=60), server_default='', nullable=False),
    sa.Column('state', sa.Enum('asked', 'granted', 'refused', name='appealstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('answer', sa.String(length=300), server_default='', nullable=False),
    sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=40), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], ),
    sa.ForeignKeyConstraint(['contest_id'], ['contests.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_objections_openid', 'objections', ['openid'], unique=False)
    op.create_index('ix_objections_state', 'objections', ['contest_id', 'state', 'said_at'], unique=False)
