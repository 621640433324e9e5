# The server with its models: without root, on a file system that may be read-only, with nothing but ffmpeg, bubblewrap and GTK beside the .NET runtime.
#   docker build -t avserver . && docker run --rm -p 127.0.0.1:5080:5080 avserver
# How it was checked: docs/containers.md.
ARG NODE_IMAGE=node:22-bookworm-slim
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0

# What npm brings: the page's SignalR, Vosk, and models of others.
FROM ${NODE_IMAGE} AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY scripts/setup.sh scripts/setup.sh
COPY models models
RUN scripts/setup.sh packages

FROM ${SDK_IMAGE} AS build
WORKDIR /src
COPY global.json Directory.* BannedSymbols.txt ./
COPY clients/web clients/web
COPY src src
COPY --from=packages /src/node_modules node_modules
# The analyzers have spoken when the tests were built.
RUN dotnet publish src/AVServer.Server -c Release -o /out -v q --nologo -p:RestoreLockedMode=true -p:RunAnalyzers=false -p:DebugType=none

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY scripts/setup.sh scripts/healthcheck.sh scripts/
RUN scripts/setup.sh native && rm -rf scripts/setup.sh /var/lib/apt/lists/* \
    && install -d -o 1654 -g 1654 /data
COPY --from=build /out .
COPY --from=packages /src/models models
COPY LICENSE NOTICE ./
# Port 5080 of every address, because a container's own loopback is nobody else's, and open to whoever reaches it: publish it at 127.0.0.1, or with a key.
# Only /tmp (uploads) and /data (a history or clips, where they are turned on) are ever written to.
ENV Urls=http://*:5080 \
    Security__Open=true \
    Runtime__ModelsPath=/app/models \
    DOTNET_EnableDiagnostics=0
EXPOSE 5080
# The user that the .NET images call app.
USER 1654:1654
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/app/scripts/healthcheck.sh"]
ENTRYPOINT ["dotnet", "AVServer.Server.dll"]
