/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.transport.grpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.AccessorNamingStrategy;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.DefaultAccessorNamingStrategy;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.TypeBindings;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How values become bytes: CBOR, driven by the declared types only.
 *
 * <p>No type name ever stands in the bytes for a value, and annotations on the value types are not looked at, so
 * nothing but what a method signature names can be made from what arrives. Each endpoint has a codec of its own,
 * because the caches inside hold classes, which must go when their bundle goes.
 */
final class Codec {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_NAME_CHARS = 1_024;
    private static final int MAX_NUMBER_CHARS = 1_000;
    private static final int CACHED_TYPES = 200;

    private final ObjectMapper mapper;

    Codec(int maxMessageBytes) {
        CBORFactory factory = factory(maxMessageBytes);
        SimpleModule own = new SimpleModule("gridbatch");
        own.addDeserializer(Class.class, new NoClasses());
        Times.addTo(own);
        mapper = CBORMapper.builder(factory)
                .addModule(new JavaTimeModule())
                .addModule(own)
                .accessorNaming(new ComponentsOnly())
                .typeFactory(TypeFactory.defaultInstance().withCache(typeCache()))
                .disable(MapperFeature.USE_ANNOTATIONS)
                // Texts keep the zone and every nanosecond, whatever the type.
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(SerializationFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    private static LookupCache<Object, JavaType> typeCache() {
        return new LRUMap<>(16, CACHED_TYPES);
    }

    /** The limits on what a peer can make the parser do, whatever it sends. */
    static CBORFactory factory(int maxMessageBytes) {
        return CBORFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(maxMessageBytes)
                        .maxStringLength(maxMessageBytes)
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNameLength(MAX_NAME_CHARS)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                .build();
    }

    /** A declared type with the type variables of the interface in their places. */
    JavaType resolve(Type declared, Class<?> exported, Class<?> declaring) {
        TypeFactory types = mapper.getTypeFactory();
        JavaType owner = types.constructType(exported).findSuperType(declaring);
        return types.resolveMemberType(declared, owner == null ? TypeBindings.emptyBindings() : owner.getBindings());
    }

    JavaType type(Type declared) {
        return mapper.constructType(declared);
    }

    ObjectReader readerFor(JavaType type) {
        return mapper.readerFor(type);
    }

    ObjectWriter writerFor(JavaType type) {
        return mapper.writerFor(type);
    }

    JsonGenerator generator(OutputStream target) throws IOException {
        return mapper.getFactory().createGenerator(target);
    }

    JsonParser parser(byte[] bytes) throws IOException {
        return mapper.getFactory().createParser(bytes);
    }

    /** What went wrong and where in the value, on one line. */
    static String reason(IOException e) {
        if (e instanceof JsonMappingException mapping) {
            Throwable cause = mapping.getCause();
            String text = cause instanceof RuntimeException && cause.getMessage() != null
                    ? cause.getMessage()
                    : mapping.getOriginalMessage();
            String where = mapping.getPath().stream()
                    .map(step -> step.getFieldName() != null ? step.getFieldName() : "[" + step.getIndex() + "]")
                    .collect(Collectors.joining("."));
            return where.isEmpty() ? text : text + " (at " + where + ")";
        }
        return e instanceof JsonProcessingException broken ? broken.getOriginalMessage() : String.valueOf(e);
    }

    /** A record is its components: methods of it that merely look like getters are not sent, nor even called. */
    private static final class ComponentsOnly extends DefaultAccessorNamingStrategy.Provider {
        private static final long serialVersionUID = 1L;

        @Override
        public AccessorNamingStrategy forRecord(MapperConfig<?> config, AnnotatedClass recordClass) {
            Set<String> names = Arrays.stream(recordClass.getRawType().getRecordComponents())
                    .map(RecordComponent::getName)
                    .collect(Collectors.toUnmodifiableSet());
            return new AccessorNamingStrategy.Base() {
                @Override
                public String findNameForRegularGetter(AnnotatedMethod method, String name) {
                    return names.contains(name) ? name : null;
                }
            };
        }
    }

    /** Reading a class would load whatever the peer names. */
    private static final class NoClasses extends StdDeserializer<Class<?>> {
        private static final long serialVersionUID = 1L;

        NoClasses() {
            super(Class.class);
        }

        @Override
        public Class<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            throw JsonMappingException.from(parser, "classes do not cross the wire, send a name");
        }
    }
}
