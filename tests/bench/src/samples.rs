//! The file of samples, from which `cargo xtask bench` makes the tables.
//!
//! A line for each entrant and measure of a workload, with these fields between tabs: group, workload, what one
//! operation of it is, plot, place on the plot's axis (both may be empty), measure, `less`, `more` or `neither` (which
//! is better), contestant, entrant, `compared` or `shown`, number of disturbed samples, samples in the order of the rounds.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::Result;
use crate::rounds::Series;
use crate::workloads::{Better, Role, Workload};

/// Where samples go, if anywhere.
pub(crate) struct SampleFile {
    file: Option<File>,
}

impl SampleFile {
    pub(crate) fn create(path: Option<&Path>) -> Result<Self> {
        let file = path
            .map(|path| File::create(path).map_err(|error| format!("{}: {error}", path.display())))
            .transpose()?;
        Ok(SampleFile { file })
    }

    /// Adds what the entrants of `workload` measured. Unlike a table it is complete after each workload.
    pub(crate) fn append(&mut self, workload: &Workload, measured: &[Series<'_>]) -> Result {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        for series in measured {
            for (index, measure) in workload.measures.iter().enumerate() {
                let samples = series.of(index);
                let fields = [
                    workload.group.name().to_owned(),
                    workload.name.clone(),
                    workload.operation.clone(),
                    workload.point.map_or("", |point| point.plot).to_owned(),
                    workload
                        .point
                        .map_or(String::new(), |point| point.at.to_string()),
                    measure.name.to_owned(),
                    match measure.better {
                        Better::Less => "less".to_owned(),
                        Better::More => "more".to_owned(),
                        Better::Neither => "neither".to_owned(),
                    },
                    series.entrant.contestant.to_owned(),
                    series.entrant.name.to_owned(),
                    match series.entrant.role {
                        Role::Compared => "compared".to_owned(),
                        Role::Shown => "shown".to_owned(),
                    },
                    series.disturbed.to_string(),
                    samples
                        .iter()
                        .map(|sample| sample.to_string())
                        .collect::<Vec<_>>()
                        .join(" "),
                ];
                writeln!(file, "{}", fields.join("\t"))?;
            }
        }
        Ok(())
    }
}
