import { appendFile, mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Plugin } from "@opencode-ai/plugin";

/** Collects the files that were edited and, when the agent pauses, appends one line to `.worklog/YYYY-MM-DD.md`. */
export const Worklog: Plugin = async ({ directory }) => {
  const edited = new Set<string>();

  return {
    event: async ({ event }) => {
      if (event.type === "file.edited") {
        edited.add(relative(directory, event.properties.file));
      }
      if (event.type === "session.idle" && edited.size > 0) {
        const now = new Date().toISOString();
        const folder = join(directory, ".worklog");
        await mkdir(folder, { recursive: true });
        const line = `- ${now.slice(11, 16)} edited ${[...edited].sort().join(", ")}\n`;
        await appendFile(join(folder, `${now.slice(0, 10)}.md`), line);
        edited.clear();
      }
    },
  };
};
