//! The span of a call, through `tracing`. The docs of the module `observe` describe its fields.

#[cfg(feature = "tracing")]
pub(crate) use on::{CallSpan, spans_wanted};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{CallSpan, spans_wanted};

#[cfg(feature = "tracing")]
mod on {
    use tracing::field::Empty;
    use tracing::level_filters::LevelFilter;
    use tracing::span::Entered;
    use tracing::{Level, Span};

    use crate::decision::failure::Kind;
    use crate::decision::shown::shown;
    use crate::observe::event::{Event, SYSTEM};

    /// Whether any subscriber wants spans: one relaxed load if none listens at debug level.
    #[inline]
    pub(crate) fn spans_wanted() -> bool {
        LevelFilter::current() >= LevelFilter::DEBUG && enabled()
    }

    #[cold]
    fn enabled() -> bool {
        tracing::span_enabled!(target: "aws_retry", Level::DEBUG, "call")
    }

    /// A call's span, if any subscriber wants it.
    #[derive(Debug)]
    pub(crate) struct CallSpan {
        span: Span,
        /// Whether the service was known from the start: fields are recorded once.
        named: bool,
    }

    impl CallSpan {
        pub fn none() -> Self {
            Self { span: Span::none(), named: false }
        }

        /// `call`: the event of a call about which nothing is known yet.
        /// `function`: the path of the function within its module.
        pub fn new(call: &Event<'_>, function: &str) -> Self {
            if !spans_wanted() {
                return Self::none();
            }
            let span = tracing::debug_span!(
                target: "aws_retry",
                "call",
                "otel.name" = call.function,
                "otel.status_code" = Empty,
                "code.function.name" = format_args!("{}::{function}", call.module),
                "aws_retry.function" = call.function,
                "rpc.system.name" = SYSTEM,
                "rpc.service" = call.service.map(shown).as_deref(),
                "rpc.method" = call.operation.map(shown).as_deref(),
                "aws_retry.scope" = call.scope.map(shown).as_deref(),
                "aws_retry.max_attempts" = call.max_attempts,
                "aws_retry.attempts" = Empty,
                "http.request.resend_count" = Empty,
                "aws_retry.elapsed_seconds" = Empty,
                "aws_retry.failure.kind" = Empty,
                "error.type" = Empty,
                "aws_retry.throttle.limit" = Empty,
                "aws_retry.throttle.resource" = Empty,
                "http.response.status_code" = Empty,
                "aws.request_id" = Empty,
                "server.address" = Empty,
                "server.port" = Empty,
                "cloud.region" = Empty,
                "aws_retry.give_up.reason" = Empty,
            );
            Self { span, named: call.service.is_some() }
        }

        #[inline]
        pub fn enter(&self) -> Entered<'_> {
            self.span.enter()
        }

        /// Whether a subscriber wants it.
        pub fn is_on(&self) -> bool {
            !self.span.is_disabled()
        }

        /// Enters it without a guard: [`CallSpan::close`] exits it.
        pub fn open(&self) {
            self.span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        }

        /// Exits it.
        pub fn close(&self) {
            self.span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        }

        /// Records the end of the call: a success, or the failure on which it gave up.
        pub fn end(&self, event: &Event<'_>) {
            let span = &self.span;
            if span.is_disabled() {
                return;
            }
            span.record("aws_retry.attempts", event.attempt);
            if event.resends > 0 {
                span.record("http.request.resend_count", event.resends);
            }
            span.record("aws_retry.elapsed_seconds", event.elapsed.as_secs_f64());
            if !self.named {
                span.record("rpc.service", event.service.map(shown).as_deref());
                span.record("rpc.method", event.operation.map(shown).as_deref());
            }
            if let Some(reason) = event.reason {
                span.record("aws_retry.failure.kind", event.kind.map(Kind::as_str));
                span.record("error.type", event.error_type().as_deref().map(shown).as_deref());
                if let Some(throttle) = &event.throttle {
                    span.record("aws_retry.throttle.limit", throttle.limit.as_str());
                    let resource = throttle.resource.as_deref().map(shown);
                    span.record("aws_retry.throttle.resource", resource.as_deref());
                }
                span.record("http.response.status_code", event.status);
                span.record("aws.request_id", event.request_id.map(shown).as_deref());
                span.record("server.address", event.server_address.map(shown).as_deref());
                span.record("server.port", event.server_port);
                span.record("cloud.region", event.region.map(shown).as_deref());
                span.record("aws_retry.give_up.reason", reason.as_str());
                span.record("otel.status_code", "ERROR");
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::observe::event::Event;

    #[inline]
    pub(crate) const fn spans_wanted() -> bool {
        false
    }

    #[derive(Debug)]
    pub(crate) struct CallSpan;

    /// Does nothing when it is dropped: without the feature there are no spans.
    pub(crate) struct Entered;

    impl CallSpan {
        pub const fn none() -> Self {
            Self
        }

        pub const fn new(_: &Event<'_>, _: &str) -> Self {
            Self
        }

        #[inline]
        pub const fn enter(&self) -> Entered {
            Entered
        }

        pub const fn is_on(&self) -> bool {
            false
        }

        #[inline]
        pub const fn open(&self) {}

        #[inline]
        pub const fn close(&self) {}

        pub fn end(&self, _: &Event<'_>) {}
    }
}
