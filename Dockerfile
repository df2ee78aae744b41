# Build: docker build -t pgmux .
# Run:   docker run -p 6432:6432 -v /etc/pgmux:/etc/pgmux:ro pgmux
#
# /etc/pgmux holds pgmux.ini and userlist.txt, readable by user 1654. Without them pgmux says what is missing and stops.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# The processor of the machine that builds, or what --platform says.
ARG TARGETARCH
WORKDIR /source

# Packages first: they change less often than the code.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Pgmux/Pgmux.csproj src/Pgmux/
COPY src/Pgmux/Properties src/Pgmux/Properties
COPY src/Pgmux.Core/Pgmux.Core.csproj src/Pgmux.Core/
COPY src/Pgmux.Protocol/Pgmux.Protocol.csproj src/Pgmux.Protocol/
COPY src/Pgmux.Transport/Pgmux.Transport.csproj src/Pgmux.Transport/
RUN dotnet restore src/Pgmux -a "${TARGETARCH:-amd64}" -p:PublishProfile=SelfContained

COPY .editorconfig ./
COPY src src
RUN dotnet publish src/Pgmux -a "${TARGETARCH:-amd64}" -p:PublishProfile=SelfContained --no-restore -o /app

# Only the libraries that .NET needs: the program brings its own .NET, trimmed, which takes less memory than the shared one.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
WORKDIR /app
COPY --from=build /app .
COPY config/pgmux.minimal.ini /etc/pgmux/pgmux.ini

# The base image's own unprivileged user; pgmux refuses to run as root.
USER $APP_UID
EXPOSE 6432

# TERM lets the clients finish, as PgBouncer does; who wants an end within a time sends a second one, or INT.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/pgmux"]
CMD ["/etc/pgmux/pgmux.ini"]
