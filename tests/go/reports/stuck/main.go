// A deadlock, which only a run with a seed tells of: in whatever order, both wait in the end.
package main

func main() {
	questions, answers := make(chan int), make(chan int)
	go func() {
		for q := range questions {
			answers <- q
		}
	}()
	<-answers
}
