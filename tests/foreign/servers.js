'use strict';
// Two accounts written with other people's libraries, as their manuals show it. `node servers.js NAME` with the
// account's keys in the environment prints its port. They answer 图文 by a card, 别说 by nothing, and everything else
// by what they understood, as JSON; > is written as an escape, since neither library can write ]]> in a reply.
const http = require('http');
const Koa = require('koa');
const coWechat = require('co-wechat');
const { OfficialAccount, ServerRequest } = require('node-easywechat');

const { TOKEN: token, APP_ID: appid, AES_KEY: aesKey } = process.env;
const understood = (message) => JSON.stringify(message).replace(/>/g, '\\u003e');
const CARD = { title: '新春书展', description: '二楼', picurl: '', url: 'http://127.0.0.1/book' };

const servers = {
  'co-wechat'() {
    const answer = async (message) => ({ 图文: [CARD], 别说: '' })[message.Content] ?? understood(message);
    const app = new Koa();
    app.use(coWechat({ token, appid, encodingAESKey: aesKey }).middleware(answer));
    return http.createServer(app.callback());
  },

  'node-easywechat'() {
    const card = { Title: CARD.title, Description: CARD.description, PicUrl: CARD.picurl, Url: CARD.url };
    const news = { MsgType: 'news', ArticleCount: 1, Articles: { item: [card] } };
    const answer = async (message) => {
      if (message.Content === '别说') return null;
      return message.Content === '图文' ? news : understood(message.attributes);
    };
    return http.createServer(async (request, response) => {
      try {
        const app = new OfficialAccount({ app_id: appid, token, aes_key: aesKey });
        app.setRequest(await ServerRequest.createFromIncomingMessage(request));
        const told = await app.getServer().withHandler(answer).serve();
        response.writeHead(told.getStatusCode(), told.getHeaders()).end(told.getBody());
      } catch (error) {
        response.writeHead(403).end(error.message);
      }
    });
  },
};

const server = servers[process.argv[2]]();
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
