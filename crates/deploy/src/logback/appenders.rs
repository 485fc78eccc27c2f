//! Which appenders send to another machine, and where their configuration says so.

use super::substitution::Variables;
use crate::xml::{Element, Value};
use undrawn_model::{ComponentKind, DependencyKind, Part, Template};

/// One sort of appender: how its class or element is called, and what answers it.
struct Sort {
    /// A beginning or part of the class's simple name, lower case.
    word: &'static str,
    technology: Option<&'static str>,
    kind: DependencyKind,
    target: Option<ComponentKind>,
}

const fn telemetry(word: &'static str, technology: Option<&'static str>) -> Sort {
    Sort { word, technology, kind: DependencyKind::Telemetry, target: Some(ComponentKind::Telemetry) }
}

/// The first whose word is in the name. Sources: <https://logback.qos.ch/manual/appenders.html>,
/// <https://github.com/logfellow/logstash-logback-encoder>, <https://logging.apache.org/log4j/2.x/manual/appenders.html>,
/// <https://github.com/osiegmar/logback-gelf>, <https://github.com/sndyuk/logback-more-appenders>,
/// <https://loki4j.github.io/loki-logback-appender/>, <https://github.com/danielwegener/logback-kafka-appender>,
/// <https://docs.spring.io/spring-amqp/reference/logging.html>.
const SORTS: &[Sort] = &[
    telemetry("logstash", Some("logstash")),
    telemetry("gelf", Some("graylog")),
    telemetry("graylog", Some("graylog")),
    telemetry("fluent", Some("fluentd")),
    telemetry("loki", Some("loki")),
    telemetry("elasticsearch", Some("elasticsearch")),
    telemetry("splunk", Some("splunk")),
    telemetry("seqappender", Some("seq")),
    telemetry("sentry", Some("sentry")),
    telemetry("newrelic", Some("newrelic")),
    telemetry("datadog", Some("datadog")),
    telemetry("flume", Some("flume")),
    telemetry("syslog", Some("syslog")),
    telemetry("socket", None),
    telemetry("tcp", None),
    telemetry("udp", None),
    telemetry("http", None),
    Sort {
        word: "kafka",
        technology: Some("kafka"),
        kind: DependencyKind::Messaging,
        target: Some(ComponentKind::Broker),
    },
    Sort {
        word: "amqp",
        technology: Some("rabbitmq"),
        kind: DependencyKind::Messaging,
        target: Some(ComponentKind::Broker),
    },
    Sort {
        word: "rabbit",
        technology: Some("rabbitmq"),
        kind: DependencyKind::Messaging,
        target: Some(ComponentKind::Broker),
    },
    Sort {
        word: "jms",
        technology: None,
        kind: DependencyKind::Messaging,
        target: Some(ComponentKind::Broker),
    },
    Sort { word: "redis", technology: Some("redis"), kind: DependencyKind::Cache, target: None },
    Sort {
        word: "mongo",
        technology: Some("mongodb"),
        kind: DependencyKind::Document,
        target: Some(ComponentKind::Database),
    },
    Sort { word: "smtp", technology: None, kind: DependencyKind::Mail, target: None },
];

/// Settings that hold a whole destination, lower case. Texts with commas hold several.
const DESTINATIONS: &[&str] = &[
    "destination",
    "destinations",
    "url",
    "uri",
    "dsn",
    "brokers",
    "addresses",
    "serveruri",
    "bootstrap.servers",
    "bootstrapservers",
];

/// Settings that hold a host, lower case; a port beside it is joined.
const HOSTS: &[&str] =
    &["remotehost", "host", "sysloghost", "graylogserver", "grayloghost", "smtphost", "hostname", "server"];

/// Settings that hold a port, lower case.
const PORTS: &[&str] = &["port", "remoteport", "syslogport", "graylogport", "smtpport", "udpport", "tcpport"];

/// An appender that sends to another machine.
pub(super) struct Remote<'a> {
    element: Element<'a>,
    class: &'a str,
    sort: &'static Sort,
}

/// The element as a remote appender, if it is one: Logback's `<appender class="...">`, Log4j 2's `<Socket>` below
/// `<Appenders>` or `<Appender type="Socket">`.
pub(super) fn remote(element: Element<'_>) -> Option<Remote<'_>> {
    let name = element.name();
    let class = if name.eq_ignore_ascii_case("appender") {
        element.attribute("class").or(element.attribute("type"))?
    } else {
        element.attribute("name")?;
        name
    };
    let class = class.rsplit(['.', '$']).next().unwrap_or(class);
    let lower = class.to_ascii_lowercase();
    let sort = SORTS.iter().find(|s| lower.contains(s.word))?;
    let plain = matches!(name, "appender" | "Appender") || is_log4j_element(&lower);
    plain.then_some(Remote { element, class, sort })
}

/// Log4j 2 writes the sort as the element's name; other elements with a name (loggers, layouts) are none.
fn is_log4j_element(lower: &str) -> bool {
    matches!(
        lower,
        "socket"
            | "syslog"
            | "gelf"
            | "http"
            | "kafka"
            | "jms"
            | "smtp"
            | "flume"
            | "fluency"
            | "loki"
            | "logstash"
            | "splunkhttp"
    )
}

impl Remote<'_> {
    pub(super) fn class(&self) -> &str {
        self.class
    }

    pub(super) fn technology(&self) -> Option<&'static str> {
        self.sort.technology
    }

    pub(super) fn kind(&self) -> DependencyKind {
        self.sort.kind
    }

    pub(super) fn target_kind(&self) -> Option<ComponentKind> {
        self.sort.target
    }

    /// Addresses with the place that says each.
    pub(super) fn destinations(&self, variables: &Variables) -> Vec<(Template, Value)> {
        let settings = self.settings();
        let mut out = Vec::new();
        for (name, value) in &settings {
            if DESTINATIONS.contains(&name.as_str()) {
                let parts = value.text.split(',').map(str::trim).filter(|p| !p.is_empty());
                out.extend(parts.map(|part| (variables.template(part), value.clone())));
            }
        }
        if !out.is_empty() {
            return out;
        }
        let find =
            |names: &[&str]| settings.iter().find(|(n, _)| names.contains(&n.as_str())).map(|(_, v)| v);
        let Some(host) = find(HOSTS) else { return out };
        let mut address = variables.template(&host.text);
        if let Some(port) = find(PORTS) {
            address.push(Part::Text(":".into()));
            address.append(variables.template(&port.text));
        }
        vec![(address, host.clone())]
    }

    /// Attributes and texts of the element and what is inside it, names in lower case: `<Property name="x">v</Property>`
    /// and `<producerConfig>x=v</producerConfig>` count as `x`.
    fn settings(&self) -> Vec<(String, Value)> {
        let mut out = Vec::new();
        for inside in self.element.descendants() {
            for attribute in inside.attributes() {
                out.push((attribute.name.to_ascii_lowercase(), inside.attribute_value(attribute)));
            }
            let value = inside.value();
            if value.text.is_empty() {
                continue;
            }
            let name = inside.name().to_ascii_lowercase();
            match (inside.attribute("name"), value.text.split_once('=')) {
                (Some(key), _) if name == "property" => out.push((key.to_ascii_lowercase(), value)),
                (_, Some((key, text))) if name.ends_with("config") => {
                    let setting = Value { text: text.trim().to_string(), location: value.location.clone() };
                    out.push((key.trim().to_ascii_lowercase(), setting));
                }
                _ => out.push((name, value)),
            }
        }
        out
    }
}
