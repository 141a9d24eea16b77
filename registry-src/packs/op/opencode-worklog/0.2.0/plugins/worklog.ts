import { appendFile, mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Plugin } from "@opencode-ai/plugin";

/** One line of the log, or nothing when there is nothing to say. */
function describe(edited: Set<string>, ran: Map<string, number>): string {
  const parts: string[] = [];
  if (edited.size > 0) parts.push(`edited ${[...edited].sort().join(", ")}`);
  if (ran.size > 0) {
    const counts = [...ran].sort().map(([word, times]) => (times > 1 ? `${word} ×${times}` : word));
    parts.push(`ran ${counts.join(", ")}`);
  }
  return parts.join("; ");
}

/** Collects edits and commands and, when the agent pauses, appends one line to `.worklog/YYYY-MM-DD.md`. */
export const Worklog: Plugin = async ({ directory }) => {
  const edited = new Set<string>();
  const ran = new Map<string, number>();

  return {
    "tool.execute.before": async (input, output) => {
      if (input.tool !== "bash") return;
      const word = String(output.args.command ?? "").trim().split(/\s+/)[0];
      if (word) ran.set(word, (ran.get(word) ?? 0) + 1);
    },

    event: async ({ event }) => {
      if (event.type === "file.edited") {
        const path = relative(directory, event.properties.file);
        if (!path.startsWith("..")) edited.add(path);
      }
      if (event.type !== "session.idle") return;
      const text = describe(edited, ran);
      if (!text) return;
      edited.clear();
      ran.clear();
      const now = new Date().toISOString();
      const folder = join(directory, ".worklog");
      await mkdir(folder, { recursive: true });
      await appendFile(join(folder, `${now.slice(0, 10)}.md`), `- ${now.slice(11, 16)} ${text}\n`);
    },
  };
};
