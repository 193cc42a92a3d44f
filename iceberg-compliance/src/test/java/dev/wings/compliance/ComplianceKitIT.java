/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.compliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs the kit of Apache Iceberg as it is published: all its tests pass, except those that do not apply to
/// Wings.
final class ComplianceKitIT {

    private static final String NOT_NESTED = "namespaces are not nested in Wings";
    private static final String NOT_EMPTY = "the kit does not ask REST catalogs for the empty namespace";
    private static final String NAMES =
            "one switch for namespaces and tables; namespaces of Wings have no such names, its tables may";

    /// The tests that the kit itself leaves out, and why.
    private static final Map<String, String> NOT_APPLICABLE = Map.ofEntries(
            Map.entry("createTableInUniqueLocation()", "disabled in the kit; locations are always unique in Wings"),
            Map.entry("testDropNamespaceWithNestedNamespace()", NOT_NESTED),
            Map.entry("testListNestedNamespaces()", NOT_NESTED),
            Map.entry("createAndDropEmptyNamespace()", NOT_EMPTY),
            Map.entry("listNamespacesWithEmptyNamespace()", NOT_EMPTY),
            Map.entry("listTablesInEmptyNamespace()", NOT_EMPTY),
            Map.entry("listViewsInEmptyNamespace()", NOT_EMPTY),
            Map.entry("namespacePropertiesOnEmptyNamespace()", NOT_EMPTY),
            Map.entry("testNamespaceWithDot()", NAMES),
            Map.entry("testNamespaceWithSlash()", NAMES),
            Map.entry("testTableNameWithDot()", NAMES),
            Map.entry("testTableNameWithSlash()", NAMES));

    private static final int LEAST_PASSED = 145;

    @Test
    void controlPlanePassesTheKit() {
        Results results = new Results();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(TableKit.class), selectClass(ViewKit.class))
                                .build(),
                        results);

        System.out.println("Iceberg compliance kit: " + results.passed.size() + " passed, " + results.failed.size()
                + " failed, " + results.left.size() + " do not apply: " + results.left);
        assertThat(results.failed).isEmpty();
        assertThat(results.passed).hasSizeGreaterThanOrEqualTo(LEAST_PASSED);
        assertThat(results.left).isEqualTo(NOT_APPLICABLE.keySet());
    }

    private static final class Results implements TestExecutionListener {

        final Set<String> passed = new TreeSet<>();
        final Map<String, String> failed = new TreeMap<>();
        final Set<String> left = new TreeSet<>();

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            left.add(test.getDisplayName());
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        passed.add(test.getUniqueId());
                    }
                }
                case ABORTED -> left.add(test.getDisplayName());
                case FAILED -> {
                    Throwable failure = result.getThrowable().orElseThrow();
                    failure.printStackTrace();
                    failed.put(test.getDisplayName(), String.valueOf(failure));
                }
            }
        }
    }
}
