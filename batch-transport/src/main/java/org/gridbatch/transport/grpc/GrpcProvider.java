/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.aries.rsa.spi.DistributionProvider;
import org.apache.aries.rsa.spi.Endpoint;
import org.apache.aries.rsa.spi.IntentUnsatisfiedException;
import org.apache.aries.rsa.util.StringPlus;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.RemoteConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exports and imports services over gRPC on behalf of Remote Service Admin, configuration type gridbatch.grpc. */
@Component(
        service = DistributionProvider.class,
        configurationPid = GrpcProvider.PID,
        property = {
            RemoteConstants.REMOTE_CONFIGS_SUPPORTED + "=" + Wire.CONFIG_TYPE,
            RemoteConstants.REMOTE_INTENTS_SUPPORTED + "=osgi.basic",
            RemoteConstants.REMOTE_INTENTS_SUPPORTED + "=osgi.async"
        })
@Designate(ocd = TransportConfig.class)
public final class GrpcProvider implements DistributionProvider {
    static final String PID = "org.gridbatch.transport";

    private static final Logger LOG = LoggerFactory.getLogger(GrpcProvider.class);
    private static final List<String> INTENTS = List.of("osgi.basic", "osgi.async");
    private static final int STOP_SECONDS = 2;

    static {
        // The bundle carries no native code; without this, Netty looks for it, which newer JVMs warn of.
        String noNative = "io.grpc.netty.shaded.io.netty.transport.noNative";
        if (System.getProperty(noNative) == null) {
            System.setProperty(noNative, "true");
        }
    }

    private final BundleContext context;
    private final Settings settings;
    private final EventLoopGroup io;
    private final Workers workers;
    private final RsaServer server;
    private final Channels channels;
    private final Map<String, ImportedEndpoint> imports = new HashMap<>();
    private final ServiceListener importsGone = (AllServiceListener) this::serviceChanged;

    @Activate
    public GrpcProvider(BundleContext context, TransportConfig config) {
        this.context = context;
        this.settings = Settings.of(config);
        WireSecurity security = new WireSecurity();
        this.workers = new Workers(settings);
        this.io = new MultiThreadIoEventLoopGroup(
                settings.ioThreads(), new NamedThreads("io"), NioIoHandler.newFactory());
        this.server = new RsaServer(settings, security, io, workers);
        this.channels = new Channels(settings, security, io, workers);
        try {
            context.addServiceListener(
                    importsGone,
                    "(&(" + RemoteConstants.SERVICE_IMPORTED + "=*)(" + RemoteConstants.SERVICE_IMPORTED_CONFIGS + "="
                            + Wire.CONFIG_TYPE + "))");
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
        // Last, because what fails before this is never closed.
        GrpcLogs.install();
    }

    @Deactivate
    public void close() {
        context.removeServiceListener(importsGone);
        server.close();
        synchronized (imports) {
            imports.values().forEach(ImportedEndpoint::close);
            imports.clear();
        }
        channels.close();
        workers.close();
        io.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        GrpcLogs.uninstall();
    }

    @Override
    public String[] getSupportedTypes() {
        return new String[] {Wire.CONFIG_TYPE};
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Endpoint exportService(
            Object service, BundleContext serviceContext, Map<String, Object> properties, Class[] exportedInterfaces) {
        Set<String> missing = new HashSet<>();
        missing.addAll(texts(properties, RemoteConstants.SERVICE_EXPORTED_INTENTS));
        missing.addAll(texts(properties, RemoteConstants.SERVICE_EXPORTED_INTENTS_EXTRA));
        INTENTS.forEach(missing::remove);
        if (!missing.isEmpty()) {
            LOG.warn("Not exporting {}: it wants the intents {}, this transport has {}", service, missing, INTENTS);
            return null;
        }
        List<Class<?>> interfaces = List.of((Class<?>[]) exportedInterfaces);
        long timeoutMillis = timeoutMillis(properties);
        Contract contract = new Contract(interfaces, new Codec(settings.maxMessageBytes()));
        Address address = server.start();

        Map<String, Object> published = new HashMap<>(properties);
        published.keySet().removeIf(GrpcProvider::isExportInstruction);
        published.put(RemoteConstants.ENDPOINT_ID, "grpc://" + address + "/" + UUID.randomUUID());
        published.put(RemoteConstants.SERVICE_IMPORTED_CONFIGS, getSupportedTypes());
        published.put(RemoteConstants.SERVICE_INTENTS, INTENTS.toArray(String[]::new));
        published.put(
                Constants.OBJECTCLASS, interfaces.stream().map(Class::getName).toArray(String[]::new));
        published.put(Wire.ADDRESS, address.toString());
        published.put(Wire.TIMEOUT, timeoutMillis);
        published.put(Wire.MAX_MESSAGE, settings.maxMessageBytes());
        ExportedEndpoint endpoint = new ExportedEndpoint(
                new EndpointDescription(published),
                contract,
                service,
                server,
                Set.copyOf(texts(properties, Wire.DIRECT)));
        server.add(endpoint);
        return endpoint;
    }

    private static List<String> texts(Map<String, Object> properties, String key) {
        List<String> texts = StringPlus.normalize(properties.get(key));
        return texts == null ? List.of() : texts;
    }

    /** They are for the exporting side; on an imported service they would ask for it to be exported again. */
    private static boolean isExportInstruction(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.startsWith("service.exported.") || lower.startsWith(Wire.CONFIG_TYPE + ".");
    }

    private long timeoutMillis(Map<String, Object> properties) {
        Object value = properties.get(Wire.TIMEOUT);
        return value == null
                ? settings.timeout().toMillis()
                : Settings.timeout(Wire.TIMEOUT, Settings.number(Wire.TIMEOUT, value))
                        .toMillis();
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Object importEndpoint(
            ClassLoader loader, BundleContext consumer, Class[] interfaces, EndpointDescription description)
            throws IntentUnsatisfiedException {
        for (String intent : description.getIntents()) {
            if (!INTENTS.contains(intent)) {
                throw new IntentUnsatisfiedException(intent);
            }
        }
        Contract contract = new Contract(List.of((Class<?>[]) interfaces), new Codec(settings.maxMessageBytes()));
        return Proxy.newProxyInstance(loader, interfaces, new RemoteProxy(imported(description), contract));
    }

    private ImportedEndpoint imported(EndpointDescription description) {
        Map<String, Object> properties = description.getProperties();
        Object at = properties.get(Wire.ADDRESS);
        if (!(at instanceof String text)) {
            throw new IllegalArgumentException(
                    "endpoint " + description.getId() + " has no property " + Wire.ADDRESS + ", want host:port");
        }
        Address address = Address.parse(text);
        long timeoutMillis = timeoutMillis(properties);
        Object limit = properties.get(Wire.MAX_MESSAGE);
        long theirs = limit == null ? settings.maxMessageBytes() : Settings.number(Wire.MAX_MESSAGE, limit);
        int maxRequestBytes = (int) Math.max(1, Math.min(theirs, settings.maxMessageBytes()));
        synchronized (imports) {
            return imports.computeIfAbsent(
                    description.getId(),
                    id -> new ImportedEndpoint(
                            id, channels.acquire(address), timeoutMillis, maxRequestBytes, workers.client()));
        }
    }

    /** Remote Service Admin says nothing when an import ends, but the service that it registered goes. */
    private void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING
                && event.getServiceReference().getProperty(RemoteConstants.ENDPOINT_ID) instanceof String id) {
            closeImport(id);
        }
    }

    void closeImport(String endpointId) {
        ImportedEndpoint gone;
        synchronized (imports) {
            gone = imports.remove(endpointId);
        }
        if (gone != null) {
            gone.close();
        }
    }

    boolean isListening() {
        return server.isListening();
    }

    /** How many connections are kept for imports. */
    int openChannels() {
        return channels.openCount();
    }
}
