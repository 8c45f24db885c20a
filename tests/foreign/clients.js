'use strict';
// Two clients of other people, driven by lines of JSON. {"begin": name, "url", "appid", "secret"} makes one anew,
// {"call": verb, "args": []} calls it; each line is answered by {"result"} or {"error": {"code", "message"}}.
const readline = require('readline');
const CoWechatApi = require('co-wechat-api');
const { CacheInterface, OfficialAccount } = require('node-easywechat');

const beginnings = {
  // Its addresses are properties that its users may set.
  'co-wechat-api'({ url, appid, secret }) {
    const api = new CoWechatApi(appid, secret);
    for (const [name, address] of Object.entries(api)) {
      if (name.toLowerCase().endsWith('prefix')) api[name] = address.replace(/^https?:\/\/[^/]+/, url);
    }
    return api;
  },

  // A port of PHP's EasyWeChat: its users name the paths themselves, the library sees to token, JSON and files.
  'node-easywechat'({ url, appid, secret }) {
    const app = new OfficialAccount({ app_id: appid, secret, use_stable_access_token: true, http: { baseURL: url } });
    app.setCache(new Memory());
    const client = app.getClient();
    const told = async (answer) => (await answer).toObject();
    return {
      get: (path, params) => told(client.get(path, { params })),
      post: (path, body) => told(client.postJson(path, body)),
      upload: (file, type) => told(client.withFile(file, 'media').post('cgi-bin/media/upload', { params: { type } })),
      download: async (media_id) => {
        const asked = { params: { media_id }, responseType: 'arraybuffer' };
        return (await client.get('cgi-bin/media/get', asked)).getContent();
      },
      token: () => app.getAccessToken().getToken(),
      refresh: () => app.getAccessToken().getStableAccessToken(true),
    };
  },
};

// Its own cache is a file that the next test would find.
class Memory extends CacheInterface {
  kept = new Map();
  async get(key) {
    return this.kept.get(key);
  }
  async set(key, value) {
    return Boolean(this.kept.set(key, value));
  }
}

let client = null;

async function answered(line) {
  const wish = JSON.parse(line, (_, value) => (value && value.base64 ? Buffer.from(value.base64, 'base64') : value));
  if (wish.begin) client = beginnings[wish.begin](wish);
  const result = wish.call ? await client[wish.call](...wish.args) : null;
  return { result: Buffer.isBuffer(result) ? { base64: result.toString('base64') } : result };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const answer = await answered(line).catch(({ code, message }) => ({ error: { code, message } }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
