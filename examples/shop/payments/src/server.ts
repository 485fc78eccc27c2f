import axios from "axios";
import express from "express";

const psp = axios.create({ baseURL: process.env.PSP_URL });
const ledger = process.env.LEDGER_URL ?? "http://ledger:7000";

const app = express();
app.use(express.json());

// The provider asks the card network in turn; how long that takes is not in our hands.
app.post("/charges", async (req, res) => {
  for (let attempt = 1; ; attempt++) {
    try {
      const charge = await psp.post("/v1/charges", req.body);
      res.json(charge.data);
      return;
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
});

app.post("/refunds", async (req, res) => {
  await psp.post("/v1/refunds", req.body, { timeout: 10_000 });
  await axios.post(`${ledger}/corrections`, req.body);
  res.sendStatus(204);
});

app.listen(3000);
