"""Staff, their sessions and the pace of sign-in; the audit log is read by subject, activities by what changed last"""

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ROLES = ('editor', 'proofreader', 'reviewer', 'judge', 'desk', 'finance', 'admin')


def upgrade() -> None:
    op.create_table(
        'staff',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('login', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=32), nullable=False),
        sa.Column('state', _word('staffstate', 'active', 'disabled'), nullable=False),
        sa.Column('branch_id', sa.Integer(), nullable=True),
        sa.Column('password', sa.String(length=160), nullable=False),
        sa.Column('must_choose', sa.Boolean(), nullable=False),
        sa.Column('created_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('signed_in_at', models.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['branch_id'], ['branches.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('login'),
    )
    op.create_table(
        'staff_roles',
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('role', _word('role', *ROLES), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('staff_id', 'role'),
    )
    op.create_table(
        'staff_sessions',
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('staff_id', sa.Integer(), nullable=False),
        sa.Column('started_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column('seen_at', models.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('token_hash'),
    )
    op.create_index('ix_staff_sessions_staff_id', 'staff_sessions', ['staff_id'])
    op.create_index('ix_staff_sessions_seen_at', 'staff_sessions', ['seen_at'])
    op.create_table(
        'sign_in_paces',
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('next_us', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('key'),
    )
    op.create_index('ix_sign_in_paces_next_us', 'sign_in_paces', ['next_us'])
    op.create_index('ix_audit_subject', 'audit', ['subject'])
    op.create_index('ix_activities_changed', 'activities', ['state', 'changed_at', 'id'])


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
