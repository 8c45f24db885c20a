"""WeChat's numbers, each with the page of the platform's documentation it comes from (checked November 2026)."""

MAX_TEXT_BYTES = 2048  # 被动回复 and 客服消息 text, UTF-8
MAX_CALLBACK_BYTES = 64 * 1024  # ours: the largest real push measured is under 4 KiB

# 客服消息 (message/custom/send), the credit table of 2025-26
MESSAGE_WINDOW_HOURS, MESSAGE_WINDOW_CREDITS = 48, 5
TOUCH_WINDOW_SECONDS, TOUCH_WINDOW_CREDITS = 60, 3

# 获取稳定版接口调用凭据 (stable_token): renewed by the platform 5 minutes before its end
TOKEN_RENEW_BEFORE_SECONDS = 300

# 自定义菜单 (menu/create)
MAX_MENU_BUTTONS, MAX_SUB_BUTTONS = 3, 5
MAX_MENU_NAME_BYTES, MAX_SUB_NAME_BYTES, MAX_MENU_KEY_BYTES = 16, 40, 128
MAX_MENU_URL_BYTES = 1024

LONGEST_QR_SECONDS = 2_592_000  # qrcode/create: a temporary code, thirty days; without it thirty seconds

# Ours. The platform publishes no rate for customer-service messages; 500 000 a day was the last daily figure.
CUSTOMER_MESSAGES_PER_SECOND = 400
TEMPLATE_MESSAGES_PER_SECOND = 200  # 100 000 a day is the base quota; no rate is published

# 现金红包 (mmpaymkttransfers/sendredpack): without a scene_id; 30 calls a second
LEAST_RED_PACKET_FEN, MOST_RED_PACKET_FEN = 100, 20_000
RED_PACKETS_PER_SECOND = 30

# 商家转账 (fund-app/mch-transfer/transfer-bills), scene 1000 现金营销; 100 calls a second; confirmed within 24 hours
LEAST_TRANSFER_FEN, MOST_TRANSFER_FEN = 10, 20_000
TRANSFERS_PER_SECOND = 100
PAY_LOOKS_PER_SECOND = 20

# 获取临时素材 (media/get): what the table of 新增临时素材 allows of each kind; a reader's own film comes by an address, and
# may be larger. The platform states no bound for that: this one is ours.
MAX_VOICE_BYTES = 2 * 1024 * 1024
MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_VIDEO_BYTES = 100 * 1024 * 1024
# Hosts of its content network, as seen in video_url; the platform publishes no list. Subdomains are meant as well.
VIDEO_HOSTS = ("tc.qq.com", "wxs.qq.com", "weixin.qq.com", "video.qq.com", "qpic.cn")
MEDIA_PER_SECOND = 5  # ours; media/get is given 10 000 calls a day

# 新增草稿 (draft/add): what one article may hold; up to eight of them in a draft
MOST_ARTICLES = 8
MOST_BODY_CHARACTERS, MOST_BODY_BYTES = (
    20_000,
    1024 * 1024,
)  # content: fewer than 20 000 characters and less than 1 MB
LONGEST_ARTICLE_TITLE, LONGEST_ARTICLE_AUTHOR, LONGEST_ARTICLE_DIGEST = 32, 16, 120
MAX_SOURCE_BYTES = 1024  # content_source_url, 阅读原文
DIGEST_FROM_BODY = 54  # characters of the body that WeChat shows where an article has no digest
MAX_MASS_VOICE_SECONDS = 60  # 新增永久素材: a voice is mp3, wma, wav or amr, at most 2 MB and 60 s
MOST_MASS_PICTURES = 20  # 群发图片 (images.media_ids)
MOST_PASTE_BYTES = 25 * 1024 * 1024  # ours: what one paste from Word may weigh, pictures and all

# 上传图文消息内的图片 (media/uploadimg): jpg or png below 1 MB. 新增永久素材 type=image: 10 MB by its table, 2 MB by its notes.
MAX_INLINE_BYTES = 1_000_000
MAX_COVER_BYTES = 2_000_000
MASS_CALLS_PER_SECOND = 0.9  # 群发: 60 requests a minute
DRAFT_CALLS_PER_SECOND = 5  # ours; draft/add is given 1000 a day

# 群发 (message/mass/*): of a service account each reader is given four a calendar month, by whatever kind of it; to all it
# goes once a day. A list has two readers at least and 10 000 at most. A verified subscription account sends once a day.
MASS_SENDS_A_MONTH = 4
FEWEST_OF_A_LIST, MOST_OF_A_LIST = 2, 10_000

# 用户管理: user/get gives 10 000 a page; tags/members/batchtagging takes 50 readers, a reader has 20 tags, an account 100
TAGGED_AT_ONCE = 50
LONGEST_TAG_NAME = 30
