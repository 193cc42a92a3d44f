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
package dev.wings.common.http;

import dev.wings.common.error.WingsException;
import java.io.IOException;

/// What an [HttpEdge] serves at a [Mount].
public interface HttpService {

    /// Takes the one answer to a request.
    interface Answerer {
        /// Sends an answer, and returns when the client has taken it. Fails if the connection is cut, or the
        /// thread interrupted, before that.
        void send(HttpAnswer answer) throws IOException;

        /// Starts an answer whose body is made while it is sent.
        ///
        /// @param head the answer, whose own body is not sent
        HttpBody start(HttpAnswer head) throws IOException;

        /// From now on, the thread is interrupted when the client goes away or says that it sends nothing more,
        /// also before there is an answer: then nobody wants the work. Otherwise it is done all the same.
        void endWithClient();
    }

    /// The owner whose share of what all use the request counts for. It is called on the network's thread,
    /// before anything of the request is checked: it must neither block nor fail.
    String owner(HttpHead head);

    /// Answers a request, on a thread of its own. Whatever it throws cuts the connection.
    ///
    /// @param body the whole body
    void serve(HttpHead head, String owner, byte[] body, Answerer answerer) throws IOException, InterruptedException;

    /// The answer to a request that is not served.
    HttpAnswer refused(WingsException reason);

    /// The answer to a request that is refused for how it uses HTTP.
    HttpAnswer refused(int status, String reason);
}
