"""What a new contest starts from: two that libraries hold again and again, and the texts that people agree to. Pure."""

from collections.abc import Mapping

from models.contest import Purpose

WORDINGS: Mapping[Purpose, str] = {
    Purpose.ENTRY: (
        "我自愿参加本次比赛，知道并同意：\n"
        "1. 作品是作者本人写的、画的、读的，没有抄袭，没有侵犯别人的权利；由此产生的问题由参赛者负责。\n"
        "2. 主办的图书馆可以在评审、公示、展示和报道本次比赛时使用作品和署名，不付稿酬，不作商业用途。\n"
        "3. 作品通过审核以后才会公开；不想参加了，可以随时撤稿，撤稿以后不再展示。\n"
        "4. 填写的姓名、生日、电话只用于分组、联系和发奖，不向外公开。"
    ),
    Purpose.GUARDIAN: (
        "我是作者的监护人。作者未满十四岁，我已经和孩子一起看过参赛须知，同意：\n"
        "1. 孩子参加本次比赛，图书馆保存孩子的姓名、生日和作品，用于评审、公示、展示和发奖。\n"
        "2. 公开展示时不写全名。\n"
        "3. 我可以随时撤回同意，撤回以后作品下架，文件删除。"
    ),
    Purpose.KEEP: "比赛结束以后，我同意图书馆长期留存这件作品和署名，供阅读推广使用；我可以随时撤回。",
}

_COMMON = {
    "works_each": "1",
    **{f"wording_{purpose.value}": words for purpose, words in WORDINGS.items()},
}  # fmt: skip

PRESETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "essay": ("征文比赛", {
        **_COMMON, "genre_essay": "1", "genre_essay_least_characters": "300", "genre_essay_most_characters": "1200",
        "group0_name": "小学组", "group0_least": "300", "group0_most": "500",
        "group1_name": "初中组", "group1_least": "600", "group1_most": "800",
        "group2_name": "高中组", "group2_least": "1000", "group2_most": "1200",
        "tier0_name": "一等奖", "tier0_quota": "5", "tier0_each": "1", "tier1_name": "二等奖", "tier1_quota": "10", "tier1_each": "1",
        "tier2_name": "三等奖", "tier2_quota": "20", "tier2_each": "1",
    }),
    "recitation": ("诵读比赛", {
        **_COMMON, "genre_voice": "1", "genre_voice_most_seconds": "180", "genre_voice_most_pieces": "6",
        "group0_name": "少儿组", "group1_name": "少年组", "group2_name": "成人组", "group3_name": "亲子组", "group3_kind": "family",
        "tier0_name": "一等奖", "tier0_quota": "2", "tier0_each": "1", "tier1_name": "二等奖", "tier1_quota": "4", "tier1_each": "1",
        "tier2_name": "三等奖", "tier2_quota": "6", "tier2_each": "1",
    }),
}  # fmt: skip
BLANK: Mapping[str, str] = _COMMON
