const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;

/** What a process that a test starts is given of the environment: nothing that would be a setting of the gateway. */
export const RUNTIME = { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE };
