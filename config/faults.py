"""What is wrong with a setting or missing, said in one Chinese line: staff read it, and pydantic speaks English."""

from collections.abc import Mapping
from typing import Any

# What a setting is and where staff find it.
FOUND_AT = {
    "secret_key": "自己定的一长串随机字符，给登录和链接签名用；可以用 openssl rand -hex 32 生成一个",
    "wechat_app_id": "公众号的 AppID，在公众平台“设置与开发 - 基本配置”里",
    "wechat_app_secret": "公众号的 AppSecret，在公众平台“设置与开发 - 基本配置”里，只在重置时显示一次",
    "wechat_token": "服务器配置的“令牌(Token)”，自己定 3 到 32 个字母或数字，在公众平台“基本配置 - 服务器配置”里填同一个",
    "wechat_aes_key": "服务器配置的 EncodingAESKey，43 个字符，在公众平台“基本配置 - 服务器配置”里随机生成；加解密方式选“安全模式”",
    "pay_merchant": "微信支付商户号，十位数字，在商户平台“账户中心 - 商户信息”里",
    "pay_v2_key": "APIv2 密钥，32 个字符，在商户平台“账户中心 - API安全”里设",
    "pay_v3_key": "APIv3 密钥，32 个字符，在商户平台“账户中心 - API安全”里设",
    "pay_serial": "商户 API 证书的序列号，在商户平台“账户中心 - API安全”里",
    "pay_certificate": "商户 API 证书 apiclient_cert.pem 的路径，在商户平台“账户中心 - API安全”里下载",
    "pay_private_key": "商户私钥 apiclient_key.pem 的路径，和商户 API 证书一起下载",
    "pay_platform_key": "微信支付公钥 pub_key.pem 的路径，在商户平台“账户中心 - API安全”里下载",
    "pay_platform_key_id": "微信支付公钥的 ID，以 PUB_KEY_ID_ 开头，在商户平台“账户中心 - API安全”里",
    "public_url": "读者手机能打开的 https 网址，末尾不带斜杠，例如 https://hd.example.cn",
}


def fault_line(name: str, fault: Mapping[str, Any]) -> str:
    """`fault` is an entry of pydantic's ValidationError.errors(). A value that may be a secret is not repeated."""
    limits = fault.get("ctx", {})
    if fault["type"] == "value_error":
        return f"{name}：{limits['error']}。"
    said = {
        "int_parsing": "要写一个整数",
        "bool_parsing": "只能写 1 或 0",
        "greater_than_equal": f"不能小于 {limits.get('ge')}",
        "less_than_equal": f"不能大于 {limits.get('le')}",
        "literal_error": "只能写 " + str(limits.get("expected")).replace("'", "").replace(" or ", " 或 "),
    }.get(fault["type"], "写得不对，见 docs/settings.md")
    return f"{name}：{said}；现在写的是“{fault['input']}”。"
