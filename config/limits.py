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
