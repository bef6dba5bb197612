/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.api;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What operators have set beside the settings of queues.
 *
 * @param weights of tenants, where they are not 1
 * @param limits of limit keys
 * @param drained the workers that get no more jobs
 */
public record OperatorRules(Map<String, Integer> weights, Map<String, Limit> limits, List<String> drained)
        implements Serializable {
    public OperatorRules {
        weights = weights == null ? Map.of() : Map.copyOf(weights);
        limits = limits == null ? Map.of() : Map.copyOf(limits);
        drained = drained == null ? List.of() : List.copyOf(drained);
    }
}
