//! The pitfall: a whole region's scan under one `#[aws_retry]`. Every retry begins at page one and sends again
//! what was answered before, so that the quota goes to answers that are thrown away.

use aws_retry::aws_retry;
use aws_sdk_secretsmanager::{Client, Error};
use futures::{StreamExt, TryStreamExt, stream};

use super::Scan;
use crate::{audit::Findings, calls};

/// All findings of a region, and the number of answers that they took.
#[aws_retry(max_retries = 8)]
pub async fn whole_region(scan: &Scan, client: &Client) -> Result<(Findings, usize), Error> {
    let (mut findings, mut arns, mut answers, mut token) =
        (Findings::default(), Vec::new(), 0, None);
    loop {
        let page = scan.in_turn(calls::page(client, scan.page_size, token)).await?;
        answers += 1;
        arns.extend(findings.note_page(page.secret_list.unwrap_or_default()));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    let mut policies = stream::iter(arns)
        .map(async |arn| Ok::<_, Error>((scan.in_turn(calls::policy(client, &arn)).await?, arn)))
        .buffer_unordered(scan.at_once);
    while let Some((policy, arn)) = policies.try_next().await? {
        answers += 1;
        findings.note_policy(arn, &policy);
    }
    drop(policies);
    Ok((findings, answers))
}
