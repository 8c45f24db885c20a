// Baseline: a safe-mode echo as co-wechat's own manual shows it. No database.
const Koa = require('koa');
const wechat = require('co-wechat');

const app = new Koa();
app.use(
  wechat({
    token: process.env.BENCH_TOKEN,
    appid: process.env.BENCH_APP_ID,
    encodingAESKey: process.env.BENCH_AES_KEY,
  }).middleware(async (message) => message.Content),
);
app.silent = false;
app.listen(Number(process.argv[2]), '127.0.0.1');
