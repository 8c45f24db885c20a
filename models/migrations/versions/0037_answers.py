"""常见问题: entries with their versions, what was asked, what found no answer, staff's synonyms; cards among replies"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('faq_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('topic', sa.String(length=24), nullable=True),
    sa.Column('kind', sa.Enum('question', 'resource', name='entrykind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('new', 'live', 'stopped', name='entrystate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('draft_state', sa.Enum('none', 'writing', 'waiting', 'returned', name='draftstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('live', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('number', sa.Integer(), server_default='0', nullable=False),
    sa.Column('draft', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('writers', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('handed_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('reason', sa.String(length=300), server_default='', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sa.UniqueConstraint('topic')
    )
    op.create_index('ix_faq_entries_draft', 'faq_entries', ['draft_state', 'changed_at'], unique=False)
    op.create_index('ix_faq_entries_state', 'faq_entries', ['state', 'id'], unique=False)
    op.create_table('faq_missed',
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('said', sa.String(length=120), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('openid', 'said', 'asked_on')
    )
    op.create_index(op.f('ix_faq_missed_asked_on'), 'faq_missed', ['asked_on'], unique=False)
    op.create_table('faq_synonyms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('added_by', sa.String(length=40), nullable=False),
    sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('words')
    )
    op.create_table('faq_asked',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('fate', sa.Enum('sure', 'unsure', 'chosen', 'miss', name='fate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['faq_entries.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_faq_asked_asked_on'), 'faq_asked', ['asked_on'], unique=False)
    op.create_index(op.f('ix_faq_asked_entry_id'), 'faq_asked', ['entry_id'], unique=False)
    op.create_table('faq_helped',
    sa.Column('openid', sa.String(length=64), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('is_helpful', sa.Boolean(), nullable=False),
    sa.Column('said_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['faq_entries.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('openid', 'entry_id')
    )
    op.create_index(op.f('ix_faq_helped_entry_id'), 'faq_helped', ['entry_id'], unique=False)
    op.create_table('faq_settled',
    sa.Column('digest', sa.String(length=32), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('who', sa.String(length=40), nullable=False),
    sa.Column('settled_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['faq_entries.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_table('faq_versions',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('writers', sa.JSON(), nullable=False),
    sa.Column('approved_by', sa.String(length=40), nullable=False),
    sa.Column('approved_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['faq_entries.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('entry_id', 'number')
    )
    op.add_column('catalogue', sa.Column('answers', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('inbox', sa.Column('card', sa.JSON(none_as_null=True), nullable=True))
