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

# Ours. The platform publishes no rate for customer-service messages; 500 000 a day was the last daily figure.
CUSTOMER_MESSAGES_PER_SECOND = 400
