"""Where a branch is and how to get there; what it was called before; work on its activities that goes on in parts"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('branches') as branches:
        branches.add_column(sa.Column('address', sa.String(length=120), server_default='', nullable=False))
        branches.add_column(sa.Column('phone', sa.String(length=40), server_default='', nullable=False))
        branches.add_column(sa.Column('way', sa.String(length=200), server_default='', nullable=False))
        branches.add_column(sa.Column('reindexed_to', sa.Integer(), nullable=True))
        branches.add_column(sa.Column('merges_into', sa.Integer(), nullable=True))
        branches.create_foreign_key(
            'fk_branches_merges_into', 'branches', ['merges_into'], ['id'], deferrable=True, initially='DEFERRED'
        )
    op.create_table(
        'former_names',
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('branch_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['branch_id'], ['branches.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('name'),
    )
    op.create_index('ix_former_names_branch_id', 'former_names', ['branch_id'])
