# One image for all roles: the role is the first word of the command (server, worker, zookeeper).
# Build the distribution first: mvn -DskipTests package
FROM eclipse-temurin:17-jre

RUN useradd --system --uid 10001 --home-dir /var/lib/gridbatch --create-home gridbatch
COPY batch-dist/target/gridbatch-*/gridbatch-*/ /opt/gridbatch/

ENV PATH=/opt/gridbatch/bin:$PATH \
    GRIDBATCH_DATA=/var/lib/gridbatch \
    GRIDBATCH_RUN=/var/lib/gridbatch/run \
    GRIDBATCH_BIND=0.0.0.0 \
    GRIDBATCH_JAVA_OPTS=-XX:MaxRAMPercentage=70
USER gridbatch
VOLUME /var/lib/gridbatch
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s CMD ["batch", "node:health"]
ENTRYPOINT ["batch"]
CMD ["--help"]
