# One stage for dependencies, one that runs: nothing is built, the runtime strips the types as it loads them.
FROM node:22-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The runtime of the project comes with its own dependencies, locked by hash; development packages stay out.
RUN npm ci --omit=dev

FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 gateway \
 && useradd --system --uid 10001 --gid gateway --home-dir /data --shell /usr/sbin/nologin gateway \
 && install --directory --owner=gateway --group=gateway --mode=0700 /data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY profiles ./profiles
COPY mappers ./mappers
COPY gateway ./gateway
USER gateway
# What was compiled once is kept with the data: all else cannot be written, and a start would be twice as long each time.
ENV HOST=0.0.0.0 PORT=8080 DATA_DIR=/data NODE_COMPILE_CACHE=/data/.compiled MALLOC_ARENA_MAX=2
VOLUME /data
EXPOSE 8080
# Started as the process itself, not through a shell, so that SIGTERM reaches it; with the options of `npm start`.
ENTRYPOINT ["/app/node_modules/.bin/node", "--heap-growing-percent=50", "--max-semi-space-size=8", "--preserve-symlinks", "gateway/main.ts"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["/app/node_modules/.bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
