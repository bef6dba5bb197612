# One image for all roles: the role is the first word of the command (server, worker, zookeeper).
# Build the distribution first: mvn -DskipTests package
FROM eclipse-temurin:17-jre

RUN useradd --uid 10001 --no-log-init --home-dir /var/lib/gridbatch --no-create-home --shell /usr/sbin/nologin gridbatch \
 && mkdir -m 0700 /var/lib/gridbatch /var/lib/gridbatch-run \
 && chown gridbatch:gridbatch /var/lib/gridbatch /var/lib/gridbatch-run
COPY batch-dist/target/gridbatch-*/gridbatch-* /opt/gridbatch/

# The control sockets stay out of the data, so that volumes hold only what lasts. Half of the memory is for the heap:
# buffers and classes need the other half, and each health check is a small JVM in the same container.
ENV PATH=/opt/gridbatch/bin:$PATH \
    GRIDBATCH_DATA=/var/lib/gridbatch \
    GRIDBATCH_RUN=/var/lib/gridbatch-run \
    GRIDBATCH_BIND=0.0.0.0 \
    GRIDBATCH_JAVA_OPTS=-XX:MaxRAMPercentage=50
USER gridbatch
# No VOLUME: workers keep nothing, and each would leave a nameless volume behind. Mount one for server and zookeeper.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 CMD ["batch", "node:health"]
ENTRYPOINT ["batch"]
CMD ["--help"]
