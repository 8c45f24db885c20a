"""How many readers opened the articles that went out"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

KINDS = (
    'customer_message', 'menu', 'probe', 'fetch_media', 'subscription', 'template', 'list_templates', 'qr_code',
    'red_packet', 'transfer', 'pay_look', 'fetch_piece', 'make_piece', 'print_certificates', 'make_whole', 'make_pack',
    'draft', 'mass_send', 'mass_look', 'publish', 'publish_look', 'preview', 'take_back', 'list_followers', 'tag_readers',
    'fetch_said', 'article_reads', 'ils',
)


def upgrade() -> None:
    with op.batch_alter_table('outbox') as batch:
        batch.drop_constraint('callkind', type_='check')
        batch.create_check_constraint('callkind', sa.column('kind').in_(KINDS))
    op.create_table('article_reads',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('readers', sa.Integer(), nullable=False),
    sa.Column('shared', sa.Integer(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('told_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('broadcast_id', 'part', 'place')
    )
