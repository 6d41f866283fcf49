//! The dashboards and alarms name only metrics and labels that the code emits, and have the structure that Grafana and
//! CloudWatch ask for.

use std::collections::BTreeSet;

use serde_json::Value;

const GRAFANA: &str = include_str!("../grafana.json");
const DASHBOARD: &str = include_str!("../cloudwatch-dashboard.json");
const ALARMS: &str = include_str!("../cloudwatch-alarms.json");
/// The table that `aws-retry-core/tests/names.rs` compares with the code.
const NAMES: &str = include_str!("../../../aws-retry-core/src/observe/names.md");

/// The first columns of the table whose heading this is, of the rows for which `holds`.
fn column(heading: &str, holds: impl Fn(&[&str]) -> bool) -> BTreeSet<String> {
    let rows = NAMES.lines().skip_while(|it| !it.starts_with(&format!("| {heading} |"))).skip(2);
    let rows = rows.take_while(|it| it.starts_with('|'));
    let rows = rows.map(|it| it.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    rows.filter(|row| holds(row)).map(|row| row[0].trim_matches('`').to_owned()).collect()
}

/// The names as an exporter for Prometheus writes them. A histogram has three series.
fn known() -> BTreeSet<String> {
    let of_metrics = |kind: &str| column("metric", |row| row[1].starts_with(kind));
    let mut known = of_metrics("counter");
    known.extend(of_metrics("gauge"));
    for name in of_metrics("histogram") {
        known.extend(["", "_bucket", "_sum", "_count"].map(|series| format!("{name}{series}")));
    }
    let labels = column("name", |row| row[4] == "yes");
    known.extend(labels.into_iter().map(|label| label.replace('.', "_")));
    known
}

/// The words of the text that look like names of metrics or labels.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    let prefixes = ["aws_retry_", "rpc_", "error_"];
    let named = words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)));
    named.map(str::to_owned).collect()
}

fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or_else(|| panic!("{name} is no list in {value}"), Vec::as_slice)
}

#[test]
fn every_name_is_one_that_the_code_emits() {
    let known = known();
    for (of, text) in [("grafana", GRAFANA), ("dashboard", DASHBOARD), ("alarms", ALARMS)] {
        let unknown: Vec<_> = names(text).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{of}: {unknown:?}");
        assert!(names(text).len() >= 4, "{of} names metrics");
    }
}

#[test]
fn grafana_shows_every_metric() {
    let shown = names(GRAFANA);
    for metric in column("metric", |_| true) {
        let series = [metric.clone(), format!("{metric}_bucket")];
        assert!(series.iter().any(|it| shown.contains(it)), "{metric}");
    }
}

#[test]
fn a_panel_of_grafana_has_a_place_a_text_and_queries() {
    let dashboard: Value = serde_json::from_str(GRAFANA).unwrap();
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 36);
    let variables: Vec<_> =
        array(&dashboard["templating"], "list").iter().map(|it| &it["name"]).collect();
    assert_eq!(variables, ["datasource", "function"]);
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
    for panel in array(&dashboard, "panels") {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let of = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(of("x") + of("w") <= 24 && places.insert((of("x"), of("y"))), "{panel}");
        assert!(panel["description"].as_str().is_some_and(|it| it.len() > 40), "{panel}");
        let targets = array(panel, "targets");
        let refs: BTreeSet<_> = targets.iter().map(|it| it["refId"].as_str().unwrap()).collect();
        assert_eq!(refs.len(), targets.len(), "{panel}");
        for target in targets {
            assert!(!target["expr"].as_str().unwrap().is_empty(), "{panel}");
        }
    }
}

/// The rules of "Dashboard body structure and syntax" in CloudWatch's API reference.
#[test]
fn a_widget_of_cloudwatch_has_a_place_and_the_properties_of_its_type() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let widgets = array(&dashboard, "widgets");
    assert!(!widgets.is_empty() && widgets.len() <= 500);
    for widget in widgets {
        let of = |name: &str| widget[name].as_u64().unwrap();
        assert!((1..=24).contains(&of("width")) && of("x") + of("width") <= 24, "{widget}");
        assert!((1..=1000).contains(&of("height")), "{widget}");
        let properties = &widget["properties"];
        match widget["type"].as_str().unwrap() {
            "text" => assert!(properties["markdown"].is_string(), "{widget}"),
            "metric" => {
                assert!(properties["region"].is_string() && properties["title"].is_string());
                assert_eq!(properties["view"], "timeSeries", "{widget}");
                assert_eq!(properties["period"].as_u64().unwrap() % 60, 0, "{widget}");
                for metric in array(properties, "metrics") {
                    let metric = metric.as_array().unwrap().last().unwrap();
                    let id = metric["id"].as_str().unwrap();
                    assert!(id.starts_with(|it: char| it.is_ascii_lowercase()), "{widget}");
                    assert!(metric["expression"].as_str().unwrap().contains("SEARCH("), "{widget}");
                }
            }
            other => panic!("no type of widget: {other}"),
        }
    }
}

/// The parameters of `PutMetricAlarm`: either one metric with its statistic, or a list of which one entry is the result.
#[test]
fn an_alarm_has_the_parameters_that_cloudwatch_requires() {
    let alarms: Value = serde_json::from_str(ALARMS).unwrap();
    for alarm in alarms.as_array().unwrap() {
        for required in ["AlarmName", "ComparisonOperator", "AlarmDescription"] {
            assert!(alarm[required].is_string(), "{required}: {alarm}");
        }
        assert!(alarm["EvaluationPeriods"].is_u64() && alarm["Threshold"].is_number(), "{alarm}");
        if alarm["MetricName"].is_string() {
            assert!(alarm["Namespace"].is_string() && alarm["Statistic"].is_string(), "{alarm}");
            assert!(alarm["Period"].is_u64() && alarm.get("Metrics").is_none(), "{alarm}");
        } else {
            let metrics = array(alarm, "Metrics");
            let results = metrics.iter().filter(|it| it["ReturnData"] == true).count();
            assert_eq!(results, 1, "{alarm}");
            for metric in metrics {
                let is_one =
                    metric.get("MetricStat").is_some() != metric.get("Expression").is_some();
                assert!(is_one && metric["Id"].is_string(), "{metric}");
            }
        }
    }
}
