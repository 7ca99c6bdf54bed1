import { writeFileSync } from "node:fs";
import { toConfigPage } from "./config-page.ts";

writeFileSync(new URL("../../../../docs/config.md", import.meta.url), toConfigPage());
