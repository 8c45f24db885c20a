"""What the papers say is what the program does."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from config.faults import FOUND_AT
from config.settings import CALLBACK_SETTINGS, PAY_SETTINGS, PREFIX, Settings, SettingsError, demo_keys, read_settings
from tests.world import World

ROOT = Path(__file__).parent.parent


def _settings_in_the_papers() -> set[str]:
    return set(re.findall(r"(?m)^\| `([A-Z0-9_]+)` \|", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    known = {field.validation_alias or PREFIX + name.upper() for name, field in Settings.model_fields.items()}
    assert _settings_in_the_papers() == known


def test_every_path_the_map_names_exists() -> None:
    named = re.findall(r"`([a-z_]+/[a-z_/.]*|app\.py)`", (ROOT / "docs/map.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_everything_a_readme_links_to_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert linked
    assert [target for target in linked if not (ROOT / target).exists()] == []
    assert {"make run", "make test"} <= set(re.findall(r"(?m)^(make \w+)", text))


def test_every_command_the_papers_name_exists(sqlite_world: World) -> None:
    papers = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    named = set(re.findall(r"flask --app app ([a-z]+)", papers))
    assert named
    assert named <= set(sqlite_world.app.cli.commands)


def test_locks_name_hashes_and_no_addresses() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        pinned = re.findall(r"(?m)^[a-z0-9-]+==\S+", text)
        assert len(pinned) > 20
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_lock_of_node_names_hashes_and_no_registry() -> None:
    packages = json.loads((ROOT / "tests/foreign/package-lock.json").read_text(encoding="utf-8"))["packages"]
    del packages[""]  # our own row
    assert len(packages) > 50
    assert [name for name, row in packages.items() if "resolved" in row or "integrity" not in row] == []


def test_the_real_mode_refuses_every_key_of_the_demo() -> None:
    keys = {name.removeprefix(PREFIX).lower(): value for name, value in demo_keys().items()}
    with pytest.raises(SettingsError) as error:
        read_settings(env_file=None, **{**keys, "demo": False})
    for name in (
        "SECRET_KEY",
        "WECHAT_APP_ID",
        "WECHAT_APP_SECRET",
        "WECHAT_TOKEN",
        "WECHAT_AES_KEY",
        "PAY_MERCHANT",
        "PAY_V2_KEY",
        "PAY_V3_KEY",
    ):
        assert f"{PREFIX}{name}：这是演示用的" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wechat_app_id", "wx1111111111111111"),
        ("wechat_api_base", "https://api.weixin.qq.com"),
        ("wechat_open_base", "https://open.weixin.qq.com"),
        ("pay_api_base", "https://api.mch.weixin.qq.com"),
        ("pay_merchant", "1230000109"),
        ("host", "0.0.0.0"),
    ],
)
def test_the_demo_refuses_whatever_could_reach_real_people(name: str, value: str) -> None:
    keys = {key.removeprefix(PREFIX).lower(): word for key, word in demo_keys().items()}
    loopback = dict.fromkeys(("wechat_api_base", "wechat_open_base", "pay_api_base"), "http://127.0.0.1:8001")
    with pytest.raises(SettingsError, match=PREFIX + name.upper()):
        read_settings(**{**keys, **loopback, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("wechat_token", "ab"), ("wechat_token", "有字"), ("wechat_aes_key", "short"), ("wechat_aes_key", "!" * 43), ("pay_v3_key", "short"),
     ("payout", "cash"),
     ("port", "70000"), ("port", "abc"), ("account_kind", "personal"), ("threads", "0"), ("allow_plain", "maybe"),
     ("timezone", "Mars"), ("proxy", "everybody"), ("timezone", "../etc"), ("database_url", "postgresql://x"), ("public_url", "lib.example")],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(**{"PORT" if name == "port" else name: value})
    said = str(error.value)
    assert said.startswith(("PORT：", f"{PREFIX}{name.upper()}："))
    assert said.endswith("。")
    assert "\n" not in said


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(wechat_aes_key="my-very-secret-key")
    assert "my-very-secret-key" not in str(error.value)


def test_a_settings_file_of_an_old_editor_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHUSHENG_LIBRARY=铜官区图书馆\n", encoding="gb18030")
    with pytest.raises(SettingsError, match="另存为 UTF-8"):
        read_settings(env_file=str(tmp_path / ".env"))


def test_missing_settings_are_all_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        Settings(_env_file=None).required("wechat_token", "secret_key")  # type: ignore[call-arg]
    assert [line.split("：")[0] for line in str(error.value).splitlines()] == [
        "缺少 SHUSHENG_WECHAT_TOKEN",
        "缺少 SHUSHENG_SECRET_KEY",
    ]


def test_every_setting_a_command_may_miss_says_where_it_is_found() -> None:
    paid_by = {name for names in PAY_SETTINGS.values() for name in names}
    assert set(CALLBACK_SETTINGS) | paid_by | {"public_url"} == set(FOUND_AT)


def test_only_config_reads_the_environment() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readers = [
        path
        for path in tracked.split()
        if not path.startswith(("tests/", "bench/", "drills/", "config/", "docs/"))
        and re.search(r"os\.(environ|getenv)", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert readers == []
