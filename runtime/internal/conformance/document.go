package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// A row of the document: | GS-001 | sentence | standing | why |
var row = regexp.MustCompile(`(?m)^\| ([A-Z]+)-(\d{3}) \| (.+?) \| ([a-zA-Z ]*?) \|(?: (.*?))? \|$`)

// A row of the table of counts: | GS | title | cases | passes | changed | not applicable | cluster |
var countsRow = regexp.MustCompile(`(?m)^\| ([A-Z]+) \| ([^|]+?) \| \d+ \| \d+ \| \d+ \| \d+ \| \d+ \|$`)

// documentPath finds docs/conformance.md in the module that contains the working directory, which for a test is its package's.
func documentPath() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "docs", "conformance.md"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working directory: cannot find docs/conformance.md")
		}
		dir = parent
	}
}

// check says where an area's cases and its rows in the document disagree.
func check(text, area string, cases []Case) (problems []string) {
	declared := map[string]Case{}
	for _, c := range cases {
		if p := c.problem(); p != "" {
			problems = append(problems, p)
		}
		if _, twice := declared[c.ID]; twice {
			problems = append(problems, c.ID+": declared twice")
		}
		declared[c.ID] = c
	}
	listed := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		id := m[1] + "-" + m[2]
		if m[1] != area {
			continue
		}
		if listed[id] {
			problems = append(problems, id+": listed twice in the document")
		}
		listed[id] = true
		switch c, ok := declared[id]; {
		case !ok:
			problems = append(problems, id+": in the document, not declared by a test")
		case c.Standing.String() != m[4]:
			problems = append(problems, fmt.Sprintf("%s: the document says %q, the test %q", id, m[4], c.Standing))
		case c.Why != m[5]:
			problems = append(problems, fmt.Sprintf("%s: the document explains %q, the test %q", id, m[5], c.Why))
		}
	}
	for _, c := range cases {
		if !listed[c.ID] {
			problems = append(problems, c.ID+": declared by a test, not in the document")
		}
	}
	counted := false
	for _, m := range countsRow.FindAllStringSubmatch(text, -1) {
		if m[1] != area {
			continue
		}
		counted = true
		if want := counts(area, m[2], cases); m[0] != want {
			problems = append(problems, fmt.Sprintf("counts: the document says\n\t%s\nthe tests\n\t%s", m[0], want))
		}
	}
	if !counted {
		problems = append(problems, "counts: no row for "+area)
	}
	return problems
}

// update rewrites the standings, reasons and counts of an area.
func update(text, area string, cases []Case) string {
	declared := map[string]Case{}
	for _, c := range cases {
		declared[c.ID] = c
	}
	text = row.ReplaceAllStringFunc(text, func(line string) string {
		m := row.FindStringSubmatch(line)
		c, ok := declared[m[1]+"-"+m[2]]
		if !ok {
			return line
		}
		why := c.Why
		if why != "" {
			why += " "
		}
		return fmt.Sprintf("| %s | %s | %s | %s|", c.ID, m[3], c.Standing, why)
	})
	return countsRow.ReplaceAllStringFunc(text, func(line string) string {
		if m := countsRow.FindStringSubmatch(line); m[1] == area {
			return counts(area, m[2], cases)
		}
		return line
	})
}

func counts(area, title string, cases []Case) string {
	n := map[Standing]int{}
	for _, c := range cases {
		n[c.Standing]++
	}
	return fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d |", area, title, len(cases), n[Passes], n[Changed], n[NotApplicable], n[Cluster])
}
