"""Places beside the branches, where they lie, routes of the book bus and what it delivered"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('delivery_kinds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('is_used', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('routes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('runs', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('places',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('point', 'study', 'bar', 'stop', name='placekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('district', sa.String(length=40), server_default='', nullable=False),
    sa.Column('address', sa.String(length=120), server_default='', nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('phone', sa.String(length=40), server_default='', nullable=False),
    sa.Column('way', sa.String(length=200), server_default='', nullable=False),
    sa.Column('hours', sa.String(length=200), server_default='', nullable=False),
    sa.Column('does', sa.String(length=120), server_default='', nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('route_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('is_shown', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ),
    sa.ForeignKeyConstraint(['route_id'], ['routes.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_index(op.f('ix_places_branch_id'), 'places', ['branch_id'], unique=False)
    op.create_index(op.f('ix_places_route_id'), 'places', ['route_id'], unique=False)
    op.create_table('deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('sent', 'confirmed', name='deliverystate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('spot', sa.String(length=60), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('route_id', sa.Integer(), nullable=True),
    sa.Column('kind_id', sa.Integer(), nullable=True),
    sa.Column('books', sa.Integer(), nullable=True),
    sa.Column('swapped', sa.Integer(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('groups', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=300), server_default='', nullable=False),
    sa.Column('sent_by', sa.String(length=64), nullable=False),
    sa.Column('sent_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.String(length=64), server_default='', nullable=False),
    sa.Column('confirmed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['kind_id'], ['delivery_kinds.id'], ),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['route_id'], ['routes.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_deliveries_day', 'deliveries', ['day', 'id'], unique=False)
    op.create_index(op.f('ix_deliveries_kind_id'), 'deliveries', ['kind_id'], unique=False)
    op.create_index(op.f('ix_deliveries_place_id'), 'deliveries', ['place_id'], unique=False)
    op.create_index(op.f('ix_deliveries_route_id'), 'deliveries', ['route_id'], unique=False)
    op.create_index('ix_deliveries_sent', 'deliveries', ['sent_at'], unique=False, sqlite_where=sa.text("state = 'sent'"), postgresql_where=sa.text("state = 'sent'"))
    op.create_table('delivery_pictures',
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('added_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('delivery_id', 'digest')
    )
    op.add_column('catalogue', sa.Column('places', sa.BigInteger(), server_default='0', nullable=False))
    with op.batch_alter_table('branches') as batch:
        batch.add_column(sa.Column('district', sa.String(length=40), server_default='', nullable=False))
        batch.add_column(sa.Column('latitude', sa.Float(), nullable=True))
        batch.add_column(sa.Column('longitude', sa.Float(), nullable=True))
        batch.add_column(sa.Column('does', sa.String(length=120), server_default='', nullable=False))
    with op.batch_alter_table('staff_phones') as batch:
        batch.add_column(sa.Column('sent_delivery', sa.Integer(), nullable=True))
        batch.create_foreign_key('fk_staff_phones_sent_delivery', 'deliveries', ['sent_delivery'], ['id'], ondelete='SET NULL')
